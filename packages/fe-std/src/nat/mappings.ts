import { read16 } from './checksum.js'
import { PROTOCOLS } from './packet.js'

const FIRST = 256
/** Pools: outside addresses of IPv4 and IPv6. */
const POOLS = 128
const NONE = -1

/** Seconds without a packet after which a mapping ends, by protocol (TCP, UDP, ICMP), and of TCP when both sides have ended. */
export interface Timeouts {
  readonly idle: readonly [number, number, number]
  readonly closing: number
}

/**
 * Which port outside stands for which address and port inside: one each (endpoint-independent mapping, RFC 4787). A
 * mapping is a number. At most `capacity`, one that was not used for long makes room for a new one.
 */
export class Mappings {
  created = 0
  evicted = 0
  expired = 0
  exhausted = 0
  readonly #capacity: number
  readonly #timeouts: Timeouts
  readonly #low: number
  readonly #high: number
  /** Mapping by port, for each pool and protocol. */
  readonly #byPort: (Int32Array | undefined)[] = []
  readonly #nextPort: number[] = []
  /** Ports of the range that are taken, by group. */
  readonly #taken: number[] = []
  /** Nobody shall know which addresses meet in the table. */
  readonly #seed = Math.floor(Math.random() * 2 ** 32)
  #head = new Int32Array(FIRST).fill(NONE)
  #next = new Int32Array(FIRST)
  /** Inside address, 4 words. */
  #words = new Int32Array(FIRST * 4)
  #inside = new Uint16Array(FIRST)
  #outside = new Uint16Array(FIRST)
  /** Pool · protocols + protocol; -1: not in use. */
  #group = new Int16Array(FIRST).fill(NONE)
  #last = new Float64Array(FIRST)
  /** 1: inside has ended, 2: outside has; 4: fixed. */
  #state = new Uint8Array(FIRST)
  readonly #free: number[] = []
  #top = 0
  #hand = 0
  #size = 0

  constructor(capacity: number, timeouts: Timeouts, low: number, high: number) {
    this.#capacity = capacity
    this.#timeouts = timeouts
    this.#low = low
    this.#high = high
  }

  get size(): number {
    return this.#size
  }
  port(mapping: number): number {
    return this.#outside[mapping]!
  }
  insidePort(mapping: number): number {
    return this.#inside[mapping]!
  }
  /** Copies the inside address to `into`, of its length. */
  address(mapping: number, into: Uint8Array): Uint8Array {
    for (let i = 0; i < into.length; i++) into[i] = this.#words[mapping * 4 + (i >> 2)]! >>> (24 - 8 * (i & 3))
    return into
  }

  #hash(b: Uint8Array, at: number, size: number, port: number, group: number): number {
    let hash = Math.imul(port ^ (group << 16) ^ this.#seed, 0x9e3779b1)
    for (let i = 0; i < size; i += 2) hash = Math.imul(hash ^ read16(b, at + i), 0x85ebca6b) ^ (hash >>> 15)
    return (hash ^ (hash >>> 16)) & (this.#head.length - 1)
  }

  #is(m: number, b: Uint8Array, at: number, size: number, port: number, group: number): boolean {
    if (this.#group[m] !== group || this.#inside[m] !== port) return false
    for (let i = 0; i < size; i++)
      if (((this.#words[m * 4 + (i >> 2)]! >>> (24 - 8 * (i & 3))) & 255) !== b[at + i]) return false
    return true
  }

  /** The mapping of an inside address (`size` bytes at `at`) and port, or -1. */
  find(b: Uint8Array, at: number, size: number, port: number, pool: number, protocol: number, now: number): number {
    const group = pool * PROTOCOLS + protocol
    let m = this.#head[this.#hash(b, at, size, port, group)]!
    while (m >= 0 && !this.#is(m, b, at, size, port, group)) m = this.#next[m]!
    return m >= 0 && this.#alive(m, now) ? m : NONE
  }

  /** The mapping that a port outside stands for, or -1. */
  ofPort(pool: number, protocol: number, port: number, now: number): number {
    const m = this.#byPort[pool * PROTOCOLS + protocol]?.[port] ?? NONE
    return m >= 0 && this.#alive(m, now) ? m : NONE
  }

  #alive(m: number, now: number): boolean {
    const state = this.#state[m]!
    const limit = (state & 3) === 3 ? this.#timeouts.closing : this.#timeouts.idle[this.#group[m]! % PROTOCOLS]!
    if (state & 4 || now - this.#last[m]! <= limit) return true
    this.expired++
    this.#remove(m)
    return false
  }

  /** @param ended the side that has said its last, 1 or 2; 3 both; 0 none; -1 it begins again */
  used(m: number, now: number, ended: number): void {
    this.#last[m] = now
    if (ended < 0) this.#state[m]! &= 4
    else this.#state[m]! |= ended
  }

  /**
   * A new mapping, to the same port if that is free, else to another; -1 when all ports are taken.
   * @param fixed port outside that it must have, for ever
   */
  add(b: Uint8Array, at: number, size: number, port: number, pool: number, protocol: number, now: number, fixed = -1) {
    const group = pool * PROTOCOLS + protocol
    this.#byPort[group] ??= new Int32Array(65536).fill(NONE)
    const outside = fixed >= 0 ? fixed : this.#choose(group, port)
    if (outside < 0) {
      this.exhausted++
      return NONE
    }
    const m = this.#free.pop() ?? (this.#top < this.#capacity ? this.#top++ : this.#evict())
    if (m < 0) return NONE
    if (m >= this.#inside.length) this.#grow()
    for (let i = 0; i < 4; i++) this.#words[m * 4 + i] = 0
    for (let i = 0; i < size; i++) this.#words[m * 4 + (i >> 2)]! |= b[at + i]! << (24 - 8 * (i & 3))
    this.#inside[m] = port
    this.#outside[m] = outside
    this.#group[m] = group
    this.#last[m] = now
    this.#state[m] = fixed >= 0 ? 4 : 0
    this.#byPort[group][outside] = m
    this.#take(group, outside, 1)
    const slot = this.#hash(b, at, size, port, group)
    this.#next[m] = this.#head[slot]!
    this.#head[slot] = m
    this.#size++
    this.created++
    return m
  }

  #choose(group: number, wanted: number): number {
    const byPort = this.#byPort[group]!
    if ((this.#taken[group] ?? 0) > this.#high - this.#low) return NONE
    if (wanted >= this.#low && wanted <= this.#high && byPort[wanted]! < 0) return wanted
    let port = this.#nextPort[group] ?? this.#low
    for (let n = this.#low; n <= this.#high; n++) {
      const one = port
      port = port >= this.#high ? this.#low : port + 1
      if (byPort[one]! >= 0) continue
      this.#nextPort[group] = port
      return one
    }
    return NONE
  }

  #take(group: number, port: number, by: number): void {
    if (port >= this.#low && port <= this.#high) this.#taken[group] = (this.#taken[group] ?? 0) + by
  }

  #remove(m: number): void {
    this.#release(m)
    this.#free.push(m)
  }

  #release(m: number): void {
    const group = this.#group[m]!
    const size = group < (POOLS / 2) * PROTOCOLS ? 4 : 16
    const address = this.address(m, new Uint8Array(size))
    const slot = this.#hash(address, 0, size, this.#inside[m]!, group)
    let at = this.#head[slot]!
    if (at === m) this.#head[slot] = this.#next[m]!
    else {
      while (this.#next[at] !== m) at = this.#next[at]!
      this.#next[at] = this.#next[m]!
    }
    this.#byPort[group]![this.#outside[m]!] = NONE
    this.#take(group, this.#outside[m]!, -1)
    this.#group[m] = NONE
    this.#size--
  }

  /** The one that was used longest ago among some neighbours; fixed ones stay. */
  #evict(): number {
    let oldest = NONE
    for (let n = 0; n < this.#capacity && (n < 16 || oldest < 0); n++) {
      const m = this.#hand
      this.#hand = (m + 1) % this.#capacity
      if (this.#state[m]! & 4) continue
      if (oldest < 0 || this.#last[m]! < this.#last[oldest]!) oldest = m
    }
    if (oldest < 0) return NONE
    this.evicted++
    this.#release(oldest)
    return oldest
  }

  /** Ends what has been silent for too long. */
  sweep(now: number): void {
    for (let m = 0; m < this.#top; m++) if (this.#group[m]! >= 0) this.#alive(m, now)
  }

  #grow(): void {
    const size = Math.min(this.#capacity, this.#inside.length * 2)
    const grown = <T extends Int32Array | Uint16Array | Int16Array | Float64Array | Uint8Array>(
      old: T,
      n: number,
    ): T => {
      const larger = new (old.constructor as new (n: number) => T)(n)
      larger.set(old)
      return larger
    }
    this.#next = grown(this.#next, size)
    this.#words = grown(this.#words, size * 4)
    this.#inside = grown(this.#inside, size)
    this.#outside = grown(this.#outside, size)
    const before = this.#group.length
    this.#group = grown(this.#group, size).fill(NONE, before)
    this.#last = grown(this.#last, size)
    this.#state = grown(this.#state, size)
    this.#rehash()
  }

  #rehash(): void {
    this.#head = new Int32Array(this.#head.length * 2).fill(NONE)
    for (let m = 0; m < this.#top; m++) {
      const group = this.#group[m]!
      if (group < 0) continue
      const size = group < (POOLS / 2) * PROTOCOLS ? 4 : 16
      const slot = this.#hash(this.address(m, new Uint8Array(size)), 0, size, this.#inside[m]!, group)
      this.#next[m] = this.#head[slot]!
      this.#head[slot] = m
    }
  }
}
