import { dltOf, maxSnaplen, snaplenOf } from './link.js'
import { createFixup } from './pseudo-header.js'
import { type Clock, createClock } from './ticks.js'

/** What an Interface Description Block says. */
export interface Interface {
  /** DLT number. */
  readonly kind: number
  readonly snaplen: number
  /** Longest block that may hold one of its packets. */
  readonly maxBlock: number
  readonly clock: Clock
  readonly fixup?: (bytes: Uint8Array, at: number, length: number) => void
}

const OPT_END = 0
const IF_TSRESOL = 9
const IF_TSOFFSET = 14
/** Room for an Enhanced Packet Block's own fields and 128 KiB of options. */
const BLOCK_EXTRA = 32 + 131072

const IDB = 'Interface Description Block'

/**
 * Reads the body of an Interface Description Block, `[at .. end)` of `view` without the block's header and trailer.
 * Answers what is wrong with it, in libpcap's words, if something is.
 */
export const parseInterface = (view: DataView, at: number, end: number, little: boolean): Interface | string => {
  const short = 'block of type 1 in pcapng dump file is too short'
  if (end - at < 8) return short
  const kind = dltOf(view.getUint16(at, little))
  const snaplen = snaplenOf(kind, view.getUint32(at + 4, little))
  let resolution: number | undefined
  let offset: bigint | undefined
  for (let option = at + 8; option < end; ) {
    if (end - option < 4) return short
    const code = view.getUint16(option, little)
    const length = view.getUint16(option + 2, little)
    const value = option + 4
    if (end - value < ((length + 3) & ~3)) return short
    if (code === OPT_END) {
      if (length !== 0) return `${IDB} has opt_endofopt option with length ${length} != 0`
      break
    }
    if (code === IF_TSRESOL) {
      if (length !== 1) return `${IDB} has if_tsresol option with length ${length} != 1`
      if (resolution !== undefined) return `${IDB} has more than one if_tsresol option`
      resolution = view.getUint8(value)
    } else if (code === IF_TSOFFSET) {
      if (length !== 8) return `${IDB} has if_tsoffset option with length ${length} != 8`
      if (offset !== undefined) return `${IDB} has more than one if_tsoffset option`
      offset = view.getBigInt64(value, little)
    }
    option = value + ((length + 3) & ~3)
  }
  const binary = ((resolution ?? 6) & 0x80) !== 0
  const exponent = (resolution ?? 6) & 0x7f
  if (exponent > (binary ? 63 : 19))
    return `${IDB} if_tsresol option resolution ${binary ? 2 : 10}^-${exponent} is too high`
  return {
    kind,
    snaplen,
    maxBlock: maxSnaplen(kind) + BLOCK_EXTRA,
    clock: createClock(exponent, binary, offset ?? 0n),
    fixup: little ? undefined : createFixup(kind),
  }
}
