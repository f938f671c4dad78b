const FIRST_STATES = 64
const FIRST_ELEMENTS = 1024
/** Bytes of a state besides its row and its elements. */
const RECORD = 32

/**
 * The states that a DFA has met, in at most so many bytes. A state is a set of numbers (sorted) and flags; its number is
 * where its row starts in {@link table}, so never 0. The owner says which states it keeps ({@link retain}); all
 * others are forgotten when the memory is used up.
 */
export class States {
  /** `table[state + class]`: the next state, negative if that state has output; 0: not known yet. */
  table: Int32Array
  readonly stride: number
  readonly #maxStates: number
  readonly #maxElements: number
  #elements = new Int32Array(FIRST_ELEMENTS)
  #used = 0
  #start = new Int32Array(FIRST_STATES)
  #length = new Int32Array(FIRST_STATES)
  #flags = new Uint8Array(FIRST_STATES)
  #refs = new Int32Array(FIRST_STATES)
  /** Numbers of states by hash, open addressing; 0 is free. */
  #index = new Int32Array(FIRST_STATES * 2)
  /** States that were met: 1 to top-1, without those in `free`. */
  #top = 1
  #free: number[] = []

  /** @param classes entries of a row @param memory bytes @param largest elements that a state may have */
  constructor(classes: number, memory: number, largest: number) {
    this.stride = classes
    this.#maxStates = Math.floor(memory / 2 / (classes * 4 + RECORD))
    this.#maxElements = Math.floor(memory / 8)
    this.table = new Int32Array(FIRST_STATES * classes)
    this.fits = this.#maxStates >= 64 && this.#maxElements >= 8 * largest
  }
  /** Is the memory enough for states of this size? */
  readonly fits: boolean

  get count(): number {
    return this.#top - 1 - this.#free.length
  }
  elements(state: number): Int32Array {
    const k = state / this.stride
    const start = this.#start[k]!
    return this.#elements.subarray(start, start + this.#length[k]!)
  }
  flags(state: number): number {
    return this.#flags[state / this.stride]!
  }
  retain(state: number): void {
    this.#refs[state / this.stride]!++
  }
  release(state: number): void {
    this.#refs[state / this.stride]!--
  }

  /** The state of this set, a new one if it has not been met; 0 when the memory is used up. `set` is sorted. */
  intern(set: Int32Array, flags: number): number {
    const hash = hashOf(set, flags)
    const found = this.#find(set, flags, hash)
    if (found > 0) return found * this.stride
    const k = this.#free.pop() ?? this.#top
    if (k >= this.#maxStates || this.#used + set.length > this.#maxElements) {
      if (k < this.#top) this.#free.push(k)
      return 0
    }
    this.#reserve(k, set.length)
    this.#start[k] = this.#used
    this.#length[k] = set.length
    this.#flags[k] = flags
    this.#refs[k] = 0
    this.#elements.set(set, this.#used)
    this.#used += set.length
    this.#insert(k, hash)
    return k * this.stride
  }

  #find(set: Int32Array, flags: number, hash: number): number {
    const mask = this.#index.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const k = this.#index[slot]!
      if (k === 0 || (this.#flags[k] === flags && this.#same(k, set))) return k
    }
  }
  #same(k: number, set: Int32Array): boolean {
    if (this.#length[k] !== set.length) return false
    const start = this.#start[k]!
    for (let i = 0; i < set.length; i++) if (this.#elements[start + i] !== set[i]) return false
    return true
  }
  #insert(k: number, hash: number): void {
    const mask = this.#index.length - 1
    let slot = hash & mask
    while (this.#index[slot] !== 0) slot = (slot + 1) & mask
    this.#index[slot] = k
  }

  /** Makes room for state `k` and some elements, within the bounds that the caller has looked at. */
  #reserve(k: number, elements: number): void {
    if (this.#used + elements > this.#elements.length) {
      const size = Math.min(this.#maxElements, Math.max(this.#used + elements, this.#elements.length * 2))
      this.#elements = grown(this.#elements, size)
    }
    if (k < this.#top) return
    this.#top = k + 1
    if (k >= this.#start.length) {
      const size = Math.min(this.#maxStates, this.#start.length * 2)
      this.#start = grown(this.#start, size)
      this.#length = grown(this.#length, size)
      this.#flags = grown(this.#flags, size)
      this.#refs = grown(this.#refs, size)
      this.table = grown(this.table, size * this.stride)
    }
    if (this.#top * 2 > this.#index.length) this.#rehash(this.#index.length * 2)
  }

  #rehash(size: number): void {
    this.#index = new Int32Array(size)
    const free = new Set(this.#free)
    for (let k = 1; k < this.#top; k++) {
      if (free.has(k)) continue
      const start = this.#start[k]!
      const set = this.#elements.subarray(start, start + this.#length[k]!)
      this.#insert(k, hashOf(set, this.#flags[k]!))
    }
  }

  /**
   * Forgets all states but `keep` and those that are retained, and all transitions.
   * @returns false, having done nothing, when more than half of the memory would stay in use
   */
  flush(keep: number): boolean {
    const kept: number[] = []
    let elements = 0
    for (let k = 1; k < this.#top; k++) {
      if (this.#refs[k]! <= 0 && k * this.stride !== keep) continue
      kept.push(k)
      elements += this.#length[k]!
    }
    if (kept.length > this.#maxStates / 2 || elements > this.#maxElements / 2) return false
    const old = this.#elements
    this.#elements = new Int32Array(Math.max(FIRST_ELEMENTS, elements * 2))
    this.#used = 0
    for (const k of kept) {
      const start = this.#start[k]!
      this.#elements.set(old.subarray(start, start + this.#length[k]!), this.#used)
      this.#start[k] = this.#used
      this.#used += this.#length[k]!
    }
    const stays = new Set(kept)
    this.#free = []
    for (let k = this.#top - 1; k > 0; k--) {
      if (stays.has(k)) continue
      this.#free.push(k)
      this.#refs[k] = 0
    }
    this.table.fill(0)
    this.#rehash(this.#index.length)
    return true
  }
}

const grown = <T extends Int32Array | Uint8Array>(old: T, size: number): T => {
  const larger = new (old.constructor as new (size: number) => T)(size)
  larger.set(old)
  return larger
}

const hashOf = (set: Int32Array, flags: number): number => {
  let hash = 0x811c9dc5 ^ flags
  for (let i = 0; i < set.length; i++) hash = Math.imul(hash ^ set[i]!, 0x01000193) ^ (hash >>> 15)
  return (hash ^ (hash >>> 13)) >>> 0
}
