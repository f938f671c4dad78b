import type { StreamlineError } from '@netstreamline/core'
import { blame } from './context.js'
import { drive, type Driver } from './drive.js'
import { fuse } from './fuse.js'
import type { Memory } from './memory.js'
import { below, type Node } from './node.js'
import { walk } from './walk.js'

/** What runs in a space: compiles datapaths, drives sources, ends nodes in topological order. */
export class Runtime implements Driver {
  readonly nodes = new Set<Node>()
  readonly #memory: Memory
  readonly #generate: boolean
  readonly #driven = new Map<Node, Promise<void>>()
  readonly #stopping = new Set<Node>()
  readonly #compiled = new Map<Node, number>()
  #version = 0
  /** A node has ended or failed; the space settles its requests. */
  onChange: () => void = () => {}
  onFailure: (node: Node, error: StreamlineError) => void = () => {}

  constructor(memory: Memory, generate: boolean) {
    this.#memory = memory
    this.#generate = generate
  }

  /** The graph has changed: datapaths are compiled again before their next breath. */
  changed(): void {
    this.#version++
  }
  prepare(source: Node): boolean {
    if (this.#compiled.get(source) === this.#version) return false
    this.#compiled.set(source, this.#version)
    source.run = this.#generate ? fuse(source, this.#memory.arena.bytes) : walk(source, this.#memory.arena.bytes)
    return true
  }
  stopping(source: Node): boolean {
    return this.#stopping.has(source)
  }
  pause(): void {
    this.#memory.breathe()
  }

  /** Begins to pull a source; it ends by itself or by {@link halt}. */
  begin(source: Node): void {
    if (this.#driven.has(source)) return
    this.#driven.set(source, this.#drive(source))
  }
  async #drive(source: Node): Promise<void> {
    try {
      await drive(source, this)
    } catch (error) {
      const culprit = below(source).findLast((n) => n.cursor.busy) ?? source
      for (const n of below(source)) n.cursor.busy = false
      this.onFailure(culprit, blame(culprit, error))
    }
    await this.#finish(source)
  }
  /** Stops pulling and waits for the breath to end. */
  async halt(source: Node): Promise<void> {
    this.#stopping.add(source)
    await this.#driven.get(source)
  }
  /** Stops pulling after the current breath; does not wait. */
  stopSoon(source: Node): void {
    this.#stopping.add(source)
  }
  /** Ends a node, and those below it whose inputs have all ended (topological order). */
  async #finish(first: Node): Promise<void> {
    const ready = [first]
    for (let node = ready.shift(); node; node = ready.shift()) {
      if (node.state === 'finished' || node.state === 'stopped') continue
      try {
        await node.instance.finish?.()
      } catch (error) {
        this.onFailure(node, blame(node, error))
      }
      node.cursor.busy = false
      node.state = 'finished'
      this.onChange()
      for (const { to } of node.outs) if (to.ins.every(({ from }) => from.state === 'finished')) ready.push(to)
    }
  }
  /** Ends what a leaving request alone used, although its inputs go on. */
  finish(node: Node): Promise<void> {
    return this.#finish(node)
  }
  /** Releases a node for good: its instance, rings and place in the graph. */
  async release(node: Node): Promise<void> {
    if (node.state === 'stopped') return
    node.state = 'stopped'
    this.nodes.delete(node)
    this.#compiled.delete(node)
    this.#driven.delete(node)
    this.#stopping.delete(node)
    try {
      await node.instance.stop?.()
    } finally {
      for (const ring of [...node.rings]) ring.free()
      node.rings.clear()
      node.streams.clear()
    }
  }
}
