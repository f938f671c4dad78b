import type { StreamInfo } from '@netstreamline/core'
import { addressText } from './address.js'

/**
 * Who talks in one direction of a connection. The texts are made when somebody asks: most streams are never named,
 * and making four strings costs more than a packet.
 */
export class TcpStreamInfo implements StreamInfo {
  readonly id: number
  readonly #key: Int32Array
  readonly #six: boolean
  readonly #reused: boolean

  /**
   * @param key addresses of the opener (4 words) and the other (4), ports of opener (high half) and other
   * @param reused another connection has borne the same addresses and ports before
   */
  constructor(id: number, key: Int32Array, six: boolean, reused: boolean) {
    this.id = id
    this.#key = key
    this.#six = six
    this.#reused = reused
  }

  get #back(): boolean {
    return (this.id & 1) === 1
  }
  get src(): string {
    return addressText(this.#key, this.#back ? 4 : 0, this.#six)
  }
  get dst(): string {
    return addressText(this.#key, this.#back ? 0 : 4, this.#six)
  }
  get sport(): number {
    return this.#back ? this.#key[8]! & 0xffff : this.#key[8]! >>> 16
  }
  get dport(): number {
    return this.#back ? this.#key[8]! >>> 16 : this.#key[8]! & 0xffff
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
