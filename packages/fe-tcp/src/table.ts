/** Words of a key: the opener's address (4), the other's (4), their ports. IPv4 uses the first word of each four. */
export const KEY = 9

/** Connection flags. */
export const IPV6 = 1
export const REUSED = 2

/** Flags of a direction. */
export const BASE = 1 // its initial sequence number is known or guessed
export const STARTED = 2 // its START block has been emitted
export const SYNCED = 4 // `next` is valid
export const FIN = 8 // `fin` is valid
export const ENDED = 16 // its END block has been emitted
export const HOLE = 32 // segments are held until the bytes before them come
export const ACKED = 64 // `ack` is valid
export const FAST = 128 // nothing special goes on: the next segment in order can be emitted without more ado

const NONE = -1

/**
 * The connections: a structure of arrays, found through chained hashing of addresses and ports. Both directions hash
 * alike, so that one look finds the connection and the direction. Grows by doubling up to a fixed number of
 * connections; a connection costs about 100 bytes.
 *
 * A direction is numbered `2 * slot`, for the side that opened, or `2 * slot + 1`.
 */
export class Table {
  /** Connections at most. */
  readonly max: number
  capacity = 0
  /** Connections in it. */
  size = 0
  /** Hash of the last {@link find}, taken by {@link insert}. */
  #hash = 0
  #mask = 0
  #free = NONE
  #buckets = new Int32Array(0)
  #chain = new Int32Array(0)
  #hashes = new Int32Array(0)
  /** An attacker who does not know it cannot choose connections that fall into one bucket. */
  readonly #seed = (Math.random() * 0x100000000) | 0

  key = new Int32Array(0)
  flags = new Uint8Array(0)
  used = new Uint8Array(0)
  number = new Uint32Array(0)
  /** Capture time of the last segment in seconds. */
  seen = new Float64Array(0)
  /** By direction: */
  state = new Uint8Array(0)
  /** Initial sequence number. */
  base = new Int32Array(0)
  /** Sequence number of the next byte to hand on. */
  next = new Int32Array(0)
  /** Sequence number of the FIN. */
  fin = new Int32Array(0)
  /** Highest acknowledgement that this side has sent. */
  ack = new Int32Array(0)

  constructor(max: number) {
    this.max = max
    this.#grow(Math.min(1024, max))
  }

  /**
   * The direction of the segment from address `src` to `dst` (places in `b`), -1 when the connection is unknown.
   * @param words 1 for IPv4, 4 for IPv6
   * @param ports source port in the high half, destination port in the low half
   */
  find(b: Uint8Array, src: number, dst: number, words: number, ports: number): number {
    const seed = this.#seed
    // Ports are mixed by themselves: scanners and generators let port and address go up together.
    let from = mix(seed ^ (ports >>> 16))
    let to = mix(seed ^ (ports & 0xffff))
    for (let i = 0; i < words; i++) {
      from = mix(from ^ word(b, src + (i << 2)))
      to = mix(to ^ word(b, dst + (i << 2)))
    }
    const hash = mix((from + to) | 0)
    this.#hash = hash
    const swapped = (ports << 16) | (ports >>> 16)
    const key = this.key
    for (let c = this.#buckets[hash & this.#mask]!; c !== NONE; c = this.#chain[c]!) {
      if (this.#hashes[c] !== hash) continue
      const at = c * KEY
      if (key[at + 8] === (ports | 0) && this.#same(at, b, src, dst, words)) return c << 1
      if (key[at + 8] === swapped && this.#same(at, b, dst, src, words)) return (c << 1) | 1
    }
    return -1
  }

  #same(at: number, b: Uint8Array, first: number, second: number, words: number): boolean {
    const key = this.key
    if (((this.flags[at / KEY]! & IPV6) !== 0) !== (words === 4)) return false
    for (let i = 0; i < words; i++) {
      if (key[at + i] !== word(b, first + (i << 2)) || key[at + 4 + i] !== word(b, second + (i << 2))) return false
    }
    return true
  }

  /** Must be asked before {@link insert}: when there is no room, something has to be removed first. */
  get full(): boolean {
    return this.size >= this.max
  }

  /** Adds the connection that the last {@link find} missed; `src` opened it. Returns its slot. */
  insert(b: Uint8Array, src: number, dst: number, words: number, ports: number): number {
    if (this.#free === NONE) this.#grow(Math.min(this.capacity * 2, this.max))
    const c = this.#free
    this.#free = this.#chain[c]!
    const at = c * KEY
    this.key.fill(0, at, at + KEY)
    for (let i = 0; i < words; i++) {
      this.key[at + i] = word(b, src + (i << 2))
      this.key[at + 4 + i] = word(b, dst + (i << 2))
    }
    this.key[at + 8] = ports
    this.flags[c] = words === 4 ? IPV6 : 0
    this.used[c] = 1
    this.state[c << 1] = 0
    this.state[(c << 1) | 1] = 0
    this.#hashes[c] = this.#hash
    this.#link(c)
    this.size++
    return c
  }

  remove(c: number): void {
    const bucket = this.#hashes[c]! & this.#mask
    const chain = this.#chain
    if (this.#buckets[bucket] === c) this.#buckets[bucket] = chain[c]!
    else {
      let before = this.#buckets[bucket]!
      while (chain[before] !== c) before = chain[before]!
      chain[before] = chain[c]!
    }
    this.used[c] = 0
    chain[c] = this.#free
    this.#free = c
    this.size--
  }

  /** A copy of the key, for a stream's description. */
  keyOf(c: number): Int32Array {
    return this.key.slice(c * KEY, (c + 1) * KEY)
  }

  #link(c: number): void {
    const bucket = this.#hashes[c]! & this.#mask
    this.#chain[c] = this.#buckets[bucket]!
    this.#buckets[bucket] = c
  }

  #grow(capacity: number): void {
    const old = this.capacity
    this.capacity = capacity
    this.key = enlarge(this.key, capacity * KEY)
    this.flags = enlarge(this.flags, capacity)
    this.used = enlarge(this.used, capacity)
    this.number = enlarge(this.number, capacity)
    this.seen = enlarge(this.seen, capacity)
    this.state = enlarge(this.state, capacity * 2)
    this.base = enlarge(this.base, capacity * 2)
    this.next = enlarge(this.next, capacity * 2)
    this.fin = enlarge(this.fin, capacity * 2)
    this.ack = enlarge(this.ack, capacity * 2)
    this.#hashes = enlarge(this.#hashes, capacity)
    this.#chain = new Int32Array(capacity)
    let buckets = 16
    while (buckets < capacity) buckets *= 2
    this.#buckets = new Int32Array(buckets).fill(NONE)
    this.#mask = buckets - 1
    // Growing happens only when all old slots are in use.
    for (let c = 0; c < old; c++) this.#link(c)
    for (let c = capacity - 1; c >= old; c--) {
      this.#chain[c] = this.#free
      this.#free = c
    }
  }
}

const word = (b: Uint8Array, at: number): number => (b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!

const mix = (x: number): number => {
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
  return x ^ (x >>> 15)
}

const enlarge = <T extends Int32Array | Uint8Array | Uint32Array | Float64Array>(old: T, size: number): T => {
  const larger = new (old.constructor as new (size: number) => T)(size)
  larger.set(old as never)
  return larger
}
