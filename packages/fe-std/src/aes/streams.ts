import { openCtr } from '#crypto'
import type { Keystream } from '../crypto.js'
import { advance, counterOf } from './counter.js'

/** Streams whose cipher is kept ready; for others it is made anew, at their place. */
const READY = 1024

interface State {
  /** Bytes that have been encrypted. */
  position: number
  cipher: Keystream | undefined
  /** Bytes were lost: what follows cannot be decrypted. */
  lost: boolean
}

/** Where each stream is in its keystream. No place of it is ever used twice, so nothing is forgotten before its END. */
export class AesStreams {
  readonly #key: Uint8Array
  readonly #iv: Uint8Array
  readonly #most: number
  readonly #streams = new Map<number, State>()
  /** Those with a cipher, the one used longest ago first. */
  readonly #ready = new Map<number, State>()

  constructor(key: Uint8Array, iv: Uint8Array, most: number) {
    this.#key = key
    this.#iv = iv
    this.#most = most
  }

  get size(): number {
    return this.#streams.size
  }

  /** False when there are too many already. */
  open(key: number): boolean {
    this.close(key)
    if (this.#streams.size >= this.#most) return false
    this.#streams.set(key, { position: 0, cipher: undefined, lost: false })
    return true
  }
  close(key: number): void {
    this.#streams.delete(key)
    this.#ready.delete(key)
  }
  has(key: number): boolean {
    return this.#streams.has(key)
  }
  isLost(key: number): boolean {
    return this.#streams.get(key)?.lost ?? false
  }
  lose(key: number): void {
    const state = this.#streams.get(key)
    if (state) state.lost = true
  }

  apply(key: number, stream: number, input: number, bytes: Uint8Array, from: number, to: number): void {
    const state = this.#streams.get(key)!
    this.#cipher(key, state, stream, input).apply(bytes, from, to)
    state.position += to - from
  }

  #cipher(key: number, state: State, stream: number, input: number): Keystream {
    if (state.cipher) return state.cipher
    if (this.#ready.size >= READY) {
      const [oldest, other] = this.#ready.entries().next().value!
      other.cipher = undefined
      this.#ready.delete(oldest)
    }
    const counter = advance(counterOf(this.#iv, stream, input), Math.floor(state.position / 16))
    state.cipher = openCtr(this.#key, counter, state.position % 16)
    this.#ready.set(key, state)
    return state.cipher
  }
}
