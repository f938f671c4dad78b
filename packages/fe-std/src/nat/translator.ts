import { KIND } from '@netstreamline/core'
import { fragmentOf, locate, type Packet } from '@netstreamline/jit/headers'
import { inPrefix } from './address.js'
import { Delta } from './checksum.js'
import { Fragments } from './fragments.js'
import type { Mappings } from './mappings.js'
import { addressAt, isComplaint, isSix, isTcp, kindOf, patch, portAt, rewrite, type View } from './packet.js'
import type { Pair } from './pairs.js'

/** Classifiers. */
export const OUTGOING = 1
export const INCOMING = 2

/** An end of a packet, or of the packet in an ICMP message, that gets another address and port (-1: the same). */
interface Change {
  readonly view: View
  readonly destination: boolean
  readonly address: Uint8Array
  readonly port: number
}

const FIN = 1
const SYN = 2
const RST = 4
const ACK = 16

/** Decides what becomes of a packet without touching it, and then does it where it may. */
export class Translator {
  readonly counters = { outgoing: 0, incoming: 0, unknown: 0, unsupported: 0 }
  readonly #pairs: readonly Pair[]
  readonly #mappings: Mappings
  readonly #fragments = new Fragments()
  readonly #changes: Change[] = []
  readonly #delta = new Delta()
  readonly #inner: Packet = { bytes: new Uint8Array(0), kind: KIND.ip, offset: 0, length: 0, l3: -1, l4: -1, proto: -1 }

  constructor(pairs: readonly Pair[], mappings: Mappings) {
    this.#pairs = pairs
    this.#mappings = mappings
  }

  /** What the packet is; 0: nothing to do with it, or it cannot be translated. */
  decide(b: Uint8Array, view: View, now: number): number {
    this.#changes.length = 0
    const size = isSix(b, view) ? 16 : 4
    const from = this.#pairOf(b, addressAt(b, view, false), size, 'inside')
    const to = addressAt(b, view, true)
    if (from && !this.#pairOf(b, to, size, 'inside')) {
      if (!this.#outgoing(b, view, from, now)) return 0
      // From inside to an address of ours: it comes back at once (hairpinning, RFC 4787).
      const back = this.#pairOf(b, to, size, 'outside')
      if (back && !this.#incoming(b, view, back, now)) return 0
      this.counters.outgoing++
      return OUTGOING
    }
    const back = this.#pairOf(b, to, size, 'outside')
    if (!back || !this.#incoming(b, view, back, now)) return 0
    this.counters.incoming++
    return INCOMING
  }

  #pairOf(b: Uint8Array, at: number, size: number, side: 'inside' | 'outside'): Pair | undefined {
    for (const pair of this.#pairs) {
      const prefix = pair[side]
      if (prefix.address.length === size && inPrefix(prefix, b, at)) return pair
    }
    return undefined
  }

  /** The same host in another prefix. */
  #moved(b: Uint8Array, at: number, pair: Pair, side: 'inside' | 'outside'): Uint8Array {
    const { address, bits } = pair[side]
    const moved = b.slice(at, at + address.length)
    for (let i = 0; i * 8 < bits; i++) {
      const kept = bits - i * 8 >= 8 ? 0 : 0xff >> (bits - i * 8)
      moved[i] = address[i]! | (moved[i]! & kept)
    }
    return moved
  }

  #outgoing(b: Uint8Array, view: View, pair: Pair, now: number): boolean {
    if (isComplaint(b, view) && !this.#complaint(b, view, true, now)) return false
    const at = addressAt(b, view, false)
    if (!pair.shared) return this.#change(view, false, this.#moved(b, at, pair, 'outside'), -1)
    const { address } = pair.outside
    const kind = kindOf(view)
    const port = portAt(b, view, false)
    // Later fragments and complaints have no port of their own.
    if (port < 0 && kind >= 0 && (isComplaint(b, view) || view.l4 < 0)) return this.#change(view, false, address, -1)
    if (port < 0) return this.#refuse('unsupported')
    const mappings = this.#mappings
    let m = mappings.find(b, at, address.length, portOf(b, port), pair.pool, kind, now)
    if (m < 0) m = mappings.add(b, at, address.length, portOf(b, port), pair.pool, kind, now)
    if (m < 0) return false
    mappings.used(m, now, ended(b, view, 1))
    return this.#change(view, false, address, mappings.port(m))
  }

  #incoming(b: Uint8Array, view: View, pair: Pair, now: number): boolean {
    if (isComplaint(b, view)) return this.#complaint(b, view, false, now)
    const at = addressAt(b, view, true)
    if (!pair.shared) return this.#change(view, true, this.#moved(b, at, pair, 'inside'), -1)
    const header = fragmentOf(b, view.l3, view.end)
    if (view.l4 < 0 && header >= 0) {
      const address = this.#fragments.find(b, view, header, now)
      return address ? this.#change(view, true, address, -1) : this.#refuse('unknown')
    }
    const kind = kindOf(view)
    const port = portAt(b, view, true)
    if (port < 0) return this.#refuse('unsupported')
    const m = this.#mappings.ofPort(pair.pool, kind, portOf(b, port), now)
    if (m < 0) return this.#refuse('unknown')
    this.#mappings.used(m, now, ended(b, view, 2))
    const address = this.#mappings.address(m, new Uint8Array(pair.inside.address.length))
    if (header >= 0) this.#fragments.remember(b, view, header, address, now)
    return this.#change(view, true, address, this.#mappings.insidePort(m))
  }

  /**
   * The packet that an ICMP message is about was going the other way (RFC 5508): its source outside, or its
   * destination inside, is translated with it.
   */
  #complaint(b: Uint8Array, view: View, outgoing: boolean, now: number): boolean {
    const inner = this.#inner as { -readonly [K in keyof Packet]: Packet[K] }
    Object.assign(inner, { bytes: b, offset: view.l4 + 8, length: view.end - view.l4 - 8, l3: -1, l4: -1, proto: -1 })
    if (!locate(inner)) return this.#refuse('unsupported')
    const about: View = { l3: inner.l3, l4: inner.l4, proto: inner.proto, end: view.end }
    const side = outgoing ? 'inside' : 'outside'
    const at = addressAt(b, about, outgoing)
    const size = isSix(b, about) ? 16 : 4
    const pair = size === (isSix(b, view) ? 16 : 4) ? this.#pairOf(b, at, size, side) : undefined
    if (!pair) return this.#refuse('unknown')
    if (!pair.shared) {
      const address = this.#moved(b, at, pair, outgoing ? 'outside' : 'inside')
      this.#change(about, outgoing, address, -1)
      return outgoing || this.#change(view, true, address, -1)
    }
    const port = portAt(b, about, outgoing)
    if (port < 0) return this.#refuse('unsupported')
    const mappings = this.#mappings
    const kind = kindOf(about)
    if (outgoing) {
      const m = mappings.find(b, at, size, portOf(b, port), pair.pool, kind, now)
      return m < 0 ? this.#refuse('unknown') : this.#change(about, true, pair.outside.address, mappings.port(m))
    }
    const m = mappings.ofPort(pair.pool, kind, portOf(b, port), now)
    if (m < 0) return this.#refuse('unknown')
    const address = mappings.address(m, new Uint8Array(size))
    this.#change(about, false, address, mappings.insidePort(m))
    return this.#change(view, true, address, -1)
  }

  #change(view: View, destination: boolean, address: Uint8Array, port: number): true {
    this.#changes.push({ view, destination, address, port })
    return true
  }
  #refuse(why: 'unknown' | 'unsupported'): false {
    this.counters[why]++
    return false
  }

  /** Does what was decided last. @param outer the packet @param by how far it has moved since */
  apply(b: Uint8Array, outer: View, by: number): void {
    for (const { view, destination, address, port } of this.#changes) {
      const { l3, l4, proto, end } = view
      const there: View = { l3: l3 + by, l4: l4 < 0 ? -1 : l4 + by, proto, end: end + by }
      this.#delta.clear()
      rewrite(b, there, destination, address, port, this.#delta)
      // The checksum of the ICMP message covers the packet in it.
      const sum = outer.l4 + by + 2
      if (view !== outer) patch(b, sum, this.#delta, this.#delta)
    }
  }
}

const portOf = (b: Uint8Array, at: number): number => (b[at]! << 8) | b[at + 1]!

/** What a TCP segment says about the connection's end; `side`: whose it is. */
const ended = (b: Uint8Array, view: View, side: number): number => {
  if (!isTcp(view) || view.l4 < 0 || view.l4 + 14 > view.end) return 0
  const flags = b[view.l4 + 13]!
  if (flags & RST) return 3
  if ((flags & (SYN | ACK)) === SYN) return -1
  return flags & FIN ? side : 0
}
