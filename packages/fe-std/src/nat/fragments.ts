import { read16 } from './checksum.js'
import { addressAt, isSix, type View } from './packet.js'

const MOST = 1024
/** Seconds of capture time in which the fragments of a datagram come. */
const LIFE = 30

/**
 * Only the first fragment of a datagram has ports: what it was translated to holds for the others. Those that come
 * before it cannot be translated.
 */
export class Fragments {
  readonly #known = new Map<string, { readonly address: Uint8Array; readonly seconds: number }>()

  remember(b: Uint8Array, view: View, header: number, address: Uint8Array, seconds: number): void {
    const key = keyOf(b, view, header)
    this.#known.delete(key)
    if (this.#known.size >= MOST) this.#known.delete(this.#known.keys().next().value!)
    this.#known.set(key, { address: address.slice(), seconds })
  }

  find(b: Uint8Array, view: View, header: number, seconds: number): Uint8Array | undefined {
    const found = this.#known.get(keyOf(b, view, header))
    return found && seconds - found.seconds <= LIFE ? found.address : undefined
  }
}

/** Addresses, protocol and identification. */
const keyOf = (b: Uint8Array, view: View, header: number): string => {
  const six = isSix(b, view)
  const at = addressAt(b, view, false)
  const id = six ? read16(b, header + 4) * 65536 + read16(b, header + 6) : read16(b, view.l3 + 4)
  return `${view.proto} ${id} ${b.subarray(at, at + (six ? 32 : 8)).join('.')}`
}
