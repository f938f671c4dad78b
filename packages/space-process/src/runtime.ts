import type { StreamlineError } from '@netstreamline/core'
import type { Guard } from './call.js'
import { blame } from './context.js'
import { type Driver, drive } from './drive.js'
import { fuse } from './fuse.js'
import type { Memory } from './memory.js'
import { below, type Node } from './node.js'
import { walk } from './walk.js'

/** Larger graphs are interpreted: their text would go beyond what a function may have, and no engine optimises it. */
const MAX_FUSED = 4096

/** What runs in a space: compiles datapaths, drives sources, ends nodes in topological order. */
export class Runtime implements Driver, Guard {
  readonly nodes = new Set<Node>()
  readonly #memory: Memory
  readonly #generate: boolean
  readonly #driven = new Map<Node, Promise<void>>()
  readonly #stopping = new Set<Node>()
  readonly #compiled = new Map<Node, number>()
  /** Sources that wait, and how to end that. */
  readonly #waits = new Map<Node, () => void>()
  #version = 0
  /** A node has ended or failed; the space settles its requests. */
  onChange: () => void = () => {}
  onFailure: (node: Node, error: StreamlineError) => void = () => {}
  /** Does some request use the source without the node? */
  isShared: (node: Node, source: Node) => boolean = () => false

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
    const compile = this.#generate && below(source).length <= MAX_FUSED ? fuse : walk
    source.run = compile(source, this.#memory.arena.bytes, this)
    return true
  }
  needed(node: Node, source: Node): boolean {
    return this.isShared(node, source)
  }
  failed(node: Node, error: unknown): void {
    this.onFailure(node, blame(node, error))
  }
  stopping(source: Node): boolean {
    return this.#stopping.has(source)
  }
  wait(source: Node, work: Promise<void>): Promise<void> {
    return this.#until(source, work, (resolve) => resolve())
  }
  pulling(source: Node, work: Promise<void>): Promise<void> {
    // Its memory must not be freed under a pull, so the pull is waited for in any case.
    return this.#until(source, work, () => void source.stop().catch(() => {}))
  }
  async #until(source: Node, work: Promise<void>, end: (resolve: () => void) => void): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#waits.set(source, () => end(resolve))
      work.then(resolve, reject)
      if (this.#stopping.has(source)) end(resolve)
    })
    this.#waits.delete(source)
  }
  tick(node: Node, source: Node, now: number): void {
    if (node.dead) return
    node.cursor.busy = true
    try {
      node.instance.tick!(now)
      node.cursor.busy = false
    } catch (error) {
      if (!this.needed(node, source)) throw error
      node.cursor.busy = false
      node.dead = true
      this.failed(node, error)
    }
  }
  pause(): void {
    for (const node of this.#flushing) node.port!.flush!()
    this.#memory.breathe()
  }
  readonly #flushing = new Set<Node>()
  readonly #alike = new Map<string, Set<Node>>()
  /** Live nodes of this key, in the order they were made. */
  alike(key: string): Iterable<Node> {
    return this.#alike.get(key) ?? []
  }
  add(node: Node): void {
    this.nodes.add(node)
    if (node.key) this.#alike.set(node.key, (this.#alike.get(node.key) ?? new Set()).add(node))
    if (node.port?.flush) this.#flushing.add(node)
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
    this.stopSoon(source)
    await this.ended(source)
  }
  /** Resolves when a source and all that only it feeds have ended. */
  async ended(source: Node): Promise<void> {
    await this.#driven.get(source)
  }
  /** Stops pulling after the current breath; does not wait. */
  stopSoon(source: Node): void {
    if (this.#stopping.has(source)) return
    this.#stopping.add(source)
    this.#waits.get(source)?.()
  }
  /** Ends a node, and those below it whose inputs have all ended (topological order). */
  async #finish(first: Node): Promise<void> {
    const ready = [first]
    for (let node = ready.shift(); node; node = ready.shift()) {
      if (node.state === 'finished' || node.state === 'stopped') continue
      try {
        if (!node.dead) await node.instance.finish?.()
        this.pause()
      } catch (error) {
        this.onFailure(node, blame(node, error))
      }
      node.cursor.busy = false
      if (node.state === 'active') node.state = 'finished'
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
    const alike = this.#alike.get(node.key)
    if (alike?.delete(node) && alike.size === 0) this.#alike.delete(node.key)
    this.#flushing.delete(node)
    this.#compiled.delete(node)
    this.#driven.delete(node)
    this.#stopping.delete(node)
    try {
      await node.stop()
    } finally {
      for (const held of [...node.held]) held.release()
      for (const ring of [...node.rings]) ring.free()
      node.rings.clear()
      node.streams.clear()
    }
  }
}
