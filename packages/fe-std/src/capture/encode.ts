import { type Block, KIND, StreamlineError } from '@netstreamline/core'
import { maxSnaplen } from './link.js'

/** LINKTYPE_RAW by its DLT number: a packet that begins with its IP header. */
const RAW = 12

/** DLT number under which a block can stand in a capture. @throws SL_KIND */
export const captureKind = (kind: number): number => {
  if (kind === KIND.ip) return RAW
  if (kind >= KIND.ip)
    throw new StreamlineError('SL_KIND', 'a capture holds packets; this block is a part of one or of a stream', {
      kind,
      hint: 'Write it with (file), or put (pcap) before the function that takes the packets apart.',
    })
  return kind
}

/** Length on the wire of the packet in the window: what the block says, or the IP header when that begins it. */
export const wireLengthOf = (block: Block): number => {
  const { bytes, offset, length } = block
  if (block.kind !== KIND.ip) return Math.max(block.wireLength, length)
  let stated = 0
  if (length >= 20 && bytes[offset] >> 4 === 4) stated = (bytes[offset + 2] << 8) | bytes[offset + 3]
  if (length >= 40 && bytes[offset] >> 4 === 6) stated = 40 + ((bytes[offset + 4] << 8) | bytes[offset + 5])
  return Math.max(stated, length)
}

/** Writes captures of one format into a buffer. */
export interface Encoder {
  /** Bytes before the first packet, for packets of DLT number `kind`. */
  head(kind: number): Uint8Array
  /** Bytes of a block of a further kind; undefined: the format has room for one only. */
  another(kind: number): Uint8Array | undefined
  /** Bytes that the packet takes when `captured` bytes of it are written. @throws SL_CAPTURE if the format cannot hold it */
  size(block: Block, captured: number): number
  /** Writes the packet to `into[at]`. */
  put(into: Uint8Array, at: number, block: Block, kind: number, captured: number): void
  /** How many of the first `length` bytes of a buffer, `before` bytes into the file, are complete records. */
  whole(bytes: Uint8Array, length: number, before: number): number
}

/** The longest packet that a file for `kind` announces: `snaplen` if given. */
export const announced = (kind: number, snaplen: number): number => snaplen || maxSnaplen(kind)
