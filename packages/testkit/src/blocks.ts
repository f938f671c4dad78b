import type { StreamInfo } from '@netstreamline/core'

/** A block to hand to an FE. What is left out is as an FE's first blocks have it: unknown (-1), or 0. */
export interface InputBlock {
  /** All bytes of the data; the window may be a part of them. */
  readonly data: Uint8Array
  /** Where the window starts in `data`, in bytes. Default 0. */
  readonly offset?: number
  /** Bytes in the window. Default: to the end of `data`. */
  readonly length?: number
  /** A number of `KIND` or a link type. Default 1, Ethernet. */
  readonly kind?: number
  /** Where in `data` the network and transport headers start, in bytes. */
  readonly l3?: number
  readonly l4?: number
  /** Transport protocol number (IANA). */
  readonly proto?: number
  /** 1..65535, what the FE before would have said. Default 1. */
  readonly classifier?: number
  readonly stream?: number
  /** `START`, `END`, `GAP`. After `END` the stream is forgotten. */
  readonly flags?: number
  /** Makes this stream known before the block comes. */
  readonly open?: StreamInfo
  /** Capture time. Default 0. */
  readonly seconds?: number
  readonly nanoseconds?: number
  /** Default: the length of `data`. */
  readonly wireLength?: number
  /** Identity of the data; blocks of the same position are the same data. Default: all differ. */
  readonly position?: number
  /** By which input of the FE it comes, from 0. */
  readonly input?: number
}

/** A block that an FE has handed on, copied out of the arena. */
export interface OutputBlock {
  /** The window. */
  readonly data: Uint8Array
  readonly kind: number
  readonly classifier: number
  readonly stream: number
  readonly flags: number
  readonly seconds: number
  readonly nanoseconds: number
  readonly wireLength: number
  /** Where the headers start, in bytes from the start of the window (negative: before it); undefined when unknown. */
  readonly l3: number | undefined
  readonly l4: number | undefined
  readonly proto: number
  readonly position: number
  /** What was known about the stream when the block came. */
  readonly info: StreamInfo | undefined
}
