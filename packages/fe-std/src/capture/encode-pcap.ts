import { StreamlineError } from '@netstreamline/core'
import { announced, type Encoder, wireLengthOf } from './encode.js'
import { linktypeOf } from './link.js'
import { FILE_HEADER } from './pcap.js'

const RECORD = 16
const GIGA = 1_000_000_000
const TWO32 = 2 ** 32

const put32 = (b: Uint8Array, at: number, value: number): void => {
  b[at] = value
  b[at + 1] = value >>> 8
  b[at + 2] = value >>> 16
  b[at + 3] = value >>> 24
}

/** The classic format, little endian, with nanoseconds or microseconds (`micro`: what is finer is cut off). */
export const createPcapEncoder = (micro: boolean, snaplen: number): Encoder => {
  const unit = micro ? 1000 : 1
  // Time of the packet in hand, as `size` found that it can be written.
  let seconds = 0
  let fraction = 0
  return {
    head(kind) {
      const header = new Uint8Array(FILE_HEADER)
      const view = new DataView(header.buffer)
      view.setUint32(0, micro ? 0xa1b2c3d4 : 0xa1b23c4d, true)
      view.setUint16(4, 2, true)
      view.setUint16(6, 4, true)
      view.setUint32(16, announced(kind, snaplen), true)
      view.setUint32(20, linktypeOf(kind), true)
      return header
    },
    another: () => undefined,
    size(block, captured) {
      seconds = block.seconds
      fraction = block.nanoseconds
      // A fraction above one second is kept as it came where the field can hold it.
      if (fraction >= TWO32 * unit) {
        seconds += Math.floor(fraction / GIGA)
        fraction %= GIGA
      }
      if (seconds < 0 || seconds >= TWO32)
        throw new StreamlineError('SL_CAPTURE', `a pcap file cannot hold the time ${seconds} s`, {
          hint: 'Write pcapng instead: (pcap,path=….pcapng).',
        })
      return RECORD + captured
    },
    put(into, at, block, _kind, captured) {
      put32(into, at, seconds)
      put32(into, at + 4, unit === 1 ? fraction : Math.floor(fraction / unit))
      put32(into, at + 8, captured)
      put32(into, at + 12, wireLengthOf(block))
      into.set(block.bytes.subarray(block.offset, block.offset + captured), at + RECORD)
    },
    whole(bytes, length, before) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, length)
      let at = before === 0 ? FILE_HEADER : 0
      if (length < at) return 0
      while (at + RECORD <= length && at + RECORD + view.getUint32(at + 8, true) <= length)
        at += RECORD + view.getUint32(at + 8, true)
      return at
    },
  }
}
