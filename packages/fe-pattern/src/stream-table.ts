import type { Machine } from './sink.js'

const FIRST = 64
/** Rules that a stream remembers to have told of. */
const MAX_TOLD = 64

/**
 * What is kept of each stream between its blocks: a state of each machine, how many bytes have been seen, what it was
 * marked with. At most `capacity` streams; one that has had no block for long makes room for a new one (second chance).
 */
export class StreamTable {
  /** Streams that were forgotten before their end. */
  evicted = 0
  /** Bytes seen, by place. */
  position = new Float64Array(FIRST)
  /** Classifier that all blocks get from now on, 0: none. */
  mark = new Uint16Array(FIRST)
  readonly #machines: readonly Machine[]
  readonly #capacity: number
  readonly #places = new Map<number, number>()
  #keys = new Float64Array(FIRST)
  #states: Int32Array
  /** Had a block since the hand passed. */
  #recent = new Uint8Array(FIRST)
  readonly #told = new Map<number, number[]>()
  readonly #free: number[] = []
  #top = 0
  #hand = 0

  constructor(machines: readonly Machine[], capacity: number) {
    this.#machines = machines
    this.#capacity = capacity
    this.#states = new Int32Array(FIRST * machines.length)
  }

  get size(): number {
    return this.#places.size
  }
  /** Places and keys of all streams. */
  entries(): Iterable<[number, number]> {
    return this.#places.entries()
  }

  /** Where the stream is kept, or -1. */
  find(key: number): number {
    const place = this.#places.get(key) ?? -1
    if (place >= 0) this.#recent[place] = 1
    return place
  }

  /** Begins to keep a stream that is not kept yet. */
  open(key: number): number {
    const place = this.#free.pop() ?? (this.#top < this.#capacity ? this.#top++ : this.#evict())
    if (place >= this.#keys.length) this.#grow()
    this.#places.set(key, place)
    this.#keys[place] = key
    this.position[place] = 0
    this.mark[place] = 0
    this.#recent[place] = 1
    for (const [m, machine] of this.#machines.entries()) {
      this.#states[place * this.#machines.length + m] = machine.begin
      machine.retain(machine.begin)
    }
    return place
  }

  close(key: number): void {
    const place = this.#places.get(key)
    if (place === undefined) return
    this.#forget(place, key)
    this.#free.push(place)
  }

  #forget(place: number, key: number): void {
    this.#places.delete(key)
    this.#told.delete(place)
    for (const [m, machine] of this.#machines.entries()) machine.release(this.state(place, m))
  }

  #evict(): number {
    for (;;) {
      const place = this.#hand
      this.#hand = (place + 1) % this.#capacity
      if (this.#recent[place]) {
        this.#recent[place] = 0
        continue
      }
      this.evicted++
      this.#forget(place, this.#keys[place]!)
      return place
    }
  }

  #grow(): void {
    const size = Math.min(this.#capacity, this.#keys.length * 2)
    const grow = <T extends Float64Array | Uint16Array | Uint8Array | Int32Array>(old: T, length: number): T => {
      const larger = new (old.constructor as new (length: number) => T)(length)
      larger.set(old)
      return larger
    }
    this.position = grow(this.position, size)
    this.mark = grow(this.mark, size)
    this.#keys = grow(this.#keys, size)
    this.#recent = grow(this.#recent, size)
    this.#states = grow(this.#states, size * this.#machines.length)
  }

  state(place: number, machine: number): number {
    return this.#states[place * this.#machines.length + machine]!
  }
  setState(place: number, machine: number, state: number): void {
    const at = place * this.#machines.length + machine
    const old = this.#states[at]!
    if (old === state) return
    this.#machines[machine]!.retain(state)
    this.#machines[machine]!.release(old)
    this.#states[at] = state
  }
  /** All streams forget what a machine has seen of them. */
  reset(machine: number): void {
    const { middle } = this.#machines[machine]!
    for (const place of this.#places.values()) this.setState(place, machine, middle)
  }

  /** True the first time that the stream is told of a rule, and again once it has forgotten. */
  tell(place: number, rule: number): boolean {
    const told = this.#told.get(place)
    if (told === undefined) this.#told.set(place, [rule])
    else if (told.includes(rule)) return false
    else {
      if (told.length >= MAX_TOLD) told.shift()
      told.push(rule)
    }
    return true
  }
}
