import {
  BEHIND,
  FLIPPED,
  FREE,
  HASH,
  IPV6,
  KEY_PORTS,
  LINK,
  MARKS,
  OPENER,
  OTHER,
  STATE,
  USED,
  WORDS,
} from './record.js'

const NONE = -1

/**
 * The connections: records in one array, found by open addressing over the hash of addresses and ports. Both
 * directions hash alike, so that one look finds connection and direction. Grows by doubling up to a fixed number of
 * connections; a connection costs 128 bytes and 16 to 32 in the index.
 */
export class Table {
  /** Connections at most. */
  readonly max: number
  /** Records that there is room for now. */
  capacity = 0
  /** Connections in it. */
  size = 0
  /** All records. Another array after an {@link insert}. */
  words = new Int32Array(0)
  /** Hash of the last {@link find}, taken by {@link insert}. */
  #hash = 0
  #free = NONE
  /** Pairs of hash and record; linear probing, at most half full. */
  #index = new Int32Array(0)
  #mask = 0
  /** An attacker who does not know them cannot choose connections that fall into one place of the index. */
  readonly #odd = random() | 1
  readonly #odder = random() | 1
  readonly #view: DataView

  /** @param bytes the memory that packets lie in */
  constructor(max: number, bytes: Uint8Array) {
    this.max = max
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#grow(Math.min(1024, max))
  }

  /** Memory that it takes, in bytes. */
  get bytes(): number {
    return this.words.byteLength + this.#index.byteLength
  }

  /**
   * The direction of the segment from address `src` to `dst` (places in the memory), -1 when the connection is unknown.
   * @param six the addresses have 4 words (IPv6), else 1
   * @param ports source port in the high half, destination port in the low half
   */
  find(src: number, dst: number, six: boolean, ports: number): number {
    if (six) return this.#find6(src, dst, ports)
    const from = this.#view.getInt32(src)
    const to = this.#view.getInt32(dst)
    const one = (Math.imul(from, this.#odd) + Math.imul(ports >>> 16, this.#odder)) | 0
    const other = (Math.imul(to, this.#odd) + Math.imul(ports & 0xffff, this.#odder)) | 0
    const hash = this.#mix(one, other)
    this.#hash = hash
    const swapped = (ports << 16) | (ports >>> 16)
    const w = this.words
    const index = this.#index
    const mask = this.#mask
    for (let i = hash & mask & -2; ; i = (i + 2) & mask) {
      const c = index[i | 1]!
      if (c === NONE) return NONE
      if (index[i] !== hash || (w[c + MARKS]! & IPV6) !== 0) continue
      if (w[c] === from && w[c + 4] === to && w[c + KEY_PORTS] === ports) return c + OPENER
      if (w[c] === to && w[c + 4] === from && w[c + KEY_PORTS] === swapped) return c + OTHER
    }
  }

  /**
   * Both ends alike in any order. They are sums of products with secret odd numbers; their sum and their difference
   * in bits are the same for few other pairs.
   */
  #mix(one: number, other: number): number {
    let x = (one + other + Math.imul(one ^ other, this.#odder)) | 0
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
    return x ^ (x >>> 15)
  }

  #find6(src: number, dst: number, ports: number): number {
    let one = Math.imul(ports >>> 16, this.#odder)
    let other = Math.imul(ports & 0xffff, this.#odder)
    for (let i = 0; i < 16; i += 4) {
      one = Math.imul(one ^ (one >>> 15) ^ this.#view.getInt32(src + i), this.#odd)
      other = Math.imul(other ^ (other >>> 15) ^ this.#view.getInt32(dst + i), this.#odd)
    }
    const hash = this.#mix(one, other)
    this.#hash = hash
    const swapped = (ports << 16) | (ports >>> 16)
    const mask = this.#mask
    for (let i = hash & mask & -2; ; i = (i + 2) & mask) {
      const c = this.#index[i | 1]!
      if (c === NONE) return NONE
      if (this.#index[i] !== hash || (this.words[c + MARKS]! & IPV6) === 0) continue
      if (this.words[c + KEY_PORTS] === ports && this.#same6(c, src, dst)) return c + OPENER
      if (this.words[c + KEY_PORTS] === swapped && this.#same6(c, dst, src)) return c + OTHER
    }
  }

  #same6(c: number, first: number, second: number): boolean {
    const w = this.words
    const view = this.#view
    for (let i = 0; i < 4; i++) {
      if (w[c + i] !== view.getInt32(first + (i << 2)) || w[c + 4 + i] !== view.getInt32(second + (i << 2)))
        return false
    }
    return true
  }

  /** Must be asked before {@link insert}: when there is no room, something has to be removed first. */
  get full(): boolean {
    return this.size >= this.max
  }

  /** Adds the connection that the last {@link find} looked for; `src` opened it. Returns its record. */
  insert(src: number, dst: number, six: boolean, ports: number): number {
    if (this.#free === NONE) this.#grow(Math.min(this.capacity * 2, this.max))
    const w = this.words
    const c = this.#free
    this.#free = w[c + FREE]!
    w.fill(0, c, c + WORDS)
    for (let i = 0; i < (six ? 4 : 1); i++) {
      w[c + i] = this.#view.getInt32(src + (i << 2))
      w[c + 4 + i] = this.#view.getInt32(dst + (i << 2))
    }
    w[c + KEY_PORTS] = ports
    w[c + HASH] = this.#hash
    w[c + MARKS] = USED | (six ? IPV6 : 0)
    w[c + LINK] = NONE
    this.#add(c)
    this.size++
    return c
  }

  /** Forgets a connection. One that stood behind it is found again. */
  remove(c: number): void {
    const w = this.words
    const linked = w[c + LINK]!
    if ((w[c + MARKS]! & BEHIND) === 0) this.#drop(c)
    if (linked !== NONE) {
      w[linked + LINK] = NONE
      if ((w[linked + MARKS]! & BEHIND) !== 0) this.#add(linked)
      w[linked + MARKS]! &= ~(BEHIND | FLIPPED)
    }
    w[c + MARKS] = 0
    w[c + FREE] = this.#free
    this.#free = c
    this.size--
  }

  /** Takes a connection out of the index, so that another of the same addresses and ports can be put before it. */
  hide(c: number): void {
    this.#drop(c)
    this.words[c + MARKS]! |= BEHIND
  }

  /** Ties a hidden connection to the one before it. */
  link(before: number, hidden: number, flipped: boolean): void {
    const w = this.words
    w[before + LINK] = hidden
    w[hidden + LINK] = before
    if (flipped) w[hidden + MARKS]! |= FLIPPED
  }

  /** The direction that the segment has in the connection behind `d`'s. */
  behind(d: number): number {
    const w = this.words
    const hidden = w[(d & -WORDS) + LINK]!
    const side = d & (OPENER ^ OTHER)
    return hidden + OPENER + ((w[hidden + MARKS]! & FLIPPED) === 0 ? side : side ^ (OPENER ^ OTHER))
  }

  #add(c: number): void {
    const index = this.#index
    const hash = this.words[c + HASH]!
    let i = hash & this.#mask & -2
    while (index[i | 1] !== NONE) i = (i + 2) & this.#mask
    index[i] = hash
    index[i | 1] = c
  }

  /** Removes from the index and moves up what stands behind, so that there are no tombstones. */
  #drop(c: number): void {
    const index = this.#index
    const mask = this.#mask
    let hole = this.words[c + HASH]! & mask & -2
    while (index[hole | 1] !== c) hole = (hole + 2) & mask
    for (let i = (hole + 2) & mask; index[i | 1] !== NONE; i = (i + 2) & mask) {
      const home = index[i]! & mask & -2
      if (((i - home) & mask) < ((i - hole) & mask)) continue
      index[hole] = index[i]!
      index[hole | 1] = index[i | 1]!
      hole = i
    }
    index[hole | 1] = NONE
  }

  #grow(capacity: number): void {
    const old = this.capacity * WORDS
    const words = new Int32Array(capacity * WORDS)
    words.set(this.words)
    this.words = words
    this.capacity = capacity
    let size = 32
    while (size < capacity * 4) size *= 2
    this.#index = new Int32Array(size).fill(NONE)
    this.#mask = size - 1
    // Growing happens only when all old records are in use.
    for (let c = 0; c < old; c += WORDS) if ((words[c + MARKS]! & BEHIND) === 0) this.#add(c)
    for (let c = words.length - WORDS; c >= old; c -= WORDS) {
      words[c + FREE] = this.#free
      words[c + OPENER + STATE] = 0
      this.#free = c
    }
  }
}

const random = (): number => (Math.random() * 0x100000000) | 0
