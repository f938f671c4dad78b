import { type StreamInfo, StreamlineError } from '@netstreamline/core'
import type { Arena, RingDescriptor } from '@netstreamline/rings'

/** How the writing side reaches a port. Plain JSON; made by the reading side, which owns the memory. */
export interface PortDescriptor {
  /** Hub of the reader. */
  readonly hub: number
  /** Number of the port in that hub. */
  readonly id: number
  /** Arena offset of the port's state, see {@link STATE}. */
  readonly state: number
  readonly index: RingDescriptor
  readonly data: RingDescriptor
}

/** 32-bit words of a port's state in shared memory. */
export const STATE = {
  magic: 0,
  id: 1,
  /** {@link WRITER}, written by the writer; the reader only turns `none` into `gone`. */
  writer: 2,
  /** Hub of the writer, valid from `attached` on. */
  hub: 3,
  /** Non-zero: the reader is leaving and waits until the writer no longer touches the memory. */
  closing: 4,
} as const
export const STATE_BYTES = 64
export const MAGIC = 0x5452504c

/** From `ended` on the writer does not touch the memory any more, so the reader may free it. */
export const WRITER = { none: 0, attached: 1, ended: 2, gone: 3 } as const

/**
 * A block travels as one record of the data buffer: this head, the headers before the window, the window. What is
 * 16 bits wide or is about the window stands in its index.
 */
export const HEAD_BYTES = 48
/** Float64 fields of the head, in units of 8 bytes. */
export const HEAD64 = { seconds: 0, nanoseconds: 1, position: 2 } as const
/** Int32 fields of the head, in units of 4 bytes; l3 and l4 count from the end of the head. */
export const HEAD32 = { ring: 6, wireLength: 7, l3: 8, l4: 9, proto: 10 } as const

/** Index flag: the record is what is known about a stream, as JSON; without a byte: the stream is forgotten. */
export const INFO = 0x4000
/** Flags of blocks. */
export const BLOCK_FLAGS = 0x3fff

/** Records begin at multiples of 8, because their heads hold float64. */
export const padded = (bytes: number): number => (bytes + 7) & ~7

export const readerEnd = ({ hub, id }: Pick<PortDescriptor, 'hub' | 'id'>): string => `r${hub}.${id}`
export const writerEnd = ({ hub, id }: Pick<PortDescriptor, 'hub' | 'id'>): string => `w${hub}.${id}`

const refused = (what: string): StreamlineError =>
  new StreamlineError('SL_PROTOCOL', `the port is not one: ${what}`, { hint: 'Connect the reading end first.' })

/** Looks at what another space says is its port, before anything is written. @throws SL_PROTOCOL */
export const attachState = (arena: Arena, port: PortDescriptor | undefined): Int32Array => {
  const { state = -1, id = -1 } = port ?? {}
  const inside = Number.isInteger(state) && state > 0 && state % 64 === 0 && state + STATE_BYTES <= arena.bytes.length
  if (!inside || !port?.index || !port.data) throw refused('it has no place')
  const words = new Int32Array(arena.buffer, state, STATE_BYTES / 4)
  if (words[STATE.magic] !== MAGIC || words[STATE.id] !== id) throw refused('nothing is at its place')
  return words
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.length <= 256 ? value : undefined
const number = (value: unknown): number | undefined => (Number.isSafeInteger(value) ? (value as number) : undefined)

/** What another space says about a stream, with nothing in it that could harm: its name may become a file's. */
export const streamInfo = (id: number, json: string): StreamInfo => {
  const sent = (JSON.parse(json) ?? {}) as Record<string, unknown>
  const name = text(sent['name'])
  const info = {
    id,
    src: text(sent['src']),
    dst: text(sent['dst']),
    sport: number(sent['sport']),
    dport: number(sent['dport']),
    name: name !== undefined && /^[\w.-]+$/.test(name) ? name : undefined,
    peer: number(sent['peer']),
  }
  return Object.fromEntries(Object.entries(info).filter(([, v]) => v !== undefined)) as unknown as StreamInfo
}
