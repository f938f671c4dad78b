import type { StreamInfo } from '@netstreamline/core'
import { addressText } from './address.js'
import { KEY_PORTS } from './record.js'

/**
 * Who talks in one direction of a connection. The texts are made when somebody asks: most streams are never named,
 * and making four strings costs more than a packet. IPv4 addresses are kept as numbers, which takes less than half of
 * the memory of an array.
 */
export class TcpStreamInfo implements StreamInfo {
  readonly id: number
  readonly #opener: number | Int32Array
  readonly #other: number | Int32Array
  /** The opener's in the high half. */
  readonly #ports: number
  readonly #reused: boolean

  /**
   * @param words a table's records
   * @param c where in it the connection lies; what is needed is copied
   * @param reused another connection has borne the same addresses and ports before
   */
  constructor(id: number, words: Int32Array, c: number, six: boolean, reused: boolean) {
    this.id = id
    this.#opener = six ? words.slice(c, c + 4) : words[c]!
    this.#other = six ? words.slice(c + 4, c + 8) : words[c + 4]!
    this.#ports = words[c + KEY_PORTS]!
    this.#reused = reused
  }

  get #back(): boolean {
    return (this.id & 1) === 1
  }
  get src(): string {
    return addressText(this.#back ? this.#other : this.#opener)
  }
  get dst(): string {
    return addressText(this.#back ? this.#opener : this.#other)
  }
  get sport(): number {
    return this.#back ? this.#ports & 0xffff : this.#ports >>> 16
  }
  get dport(): number {
    return this.#back ? this.#ports >>> 16 : this.#ports & 0xffff
  }
  /** Like `10.0.0.1.1234-10.0.0.2.80`; the colons of IPv6 become `_`. A later connection adds its number. */
  get name(): string {
    const name = `${this.src}.${this.sport}-${this.dst}.${this.dport}`.replaceAll(':', '_')
    return this.#reused ? `${name}_${this.id >>> 1}` : name
  }
  get peer(): number {
    return (this.id ^ 1) >>> 0
  }
  /** Getters don't travel between spaces; plain fields do. */
  toJSON(): StreamInfo {
    const { id, src, dst, sport, dport, name, peer } = this
    return { id, src, dst, sport, dport, name, peer }
  }
}
