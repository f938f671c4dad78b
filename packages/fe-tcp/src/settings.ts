import type { Policy } from './policy.js'

/** What is done about bytes that don't come. */
export type OnGap = 'skip' | 'wait' | 'stop'
/** Segments whose checksum is wrong. */
export type OnChecksum = 'ignore' | 'offload' | 'strict'

/** How streams are put together and how much may be kept. Seconds are of capture time. */
export interface Settings {
  /** Connections known at a time, at most. */
  readonly connections: number
  /** Bytes that one direction may hold. */
  readonly window: number
  /** Segments that one direction may hold. */
  readonly segments: number
  /** Bytes that all together may hold, each segment counted with what keeping it costs. */
  readonly memory: number
  readonly policy: Policy
  readonly gap: OnGap
  /** Seconds that bytes which the receiver has acknowledged may still be missing. */
  readonly patience: number
  /** Seconds that bytes which it has not acknowledged may be missing. */
  readonly hold: number
  /** Hand on only what the receiver has acknowledged. */
  readonly acknowledged: boolean
  /** Take connections whose beginning was not captured. */
  readonly midstream: boolean
  /** Leave urgent bytes in the stream. */
  readonly urgent: boolean
  /** Hand on the losing bytes of overlaps that differ. */
  readonly conflicts: boolean
  readonly checksum: OnChecksum
  /** Seconds without a segment after which a connection ends. */
  readonly timeout: number
  /** The same while nobody has answered. */
  readonly opening: number
  /** Seconds that a connection whose both streams have ended is remembered. */
  readonly closing: number
}

export const DEFAULTS: Settings = {
  connections: 262144,
  window: 4194304,
  segments: 4096,
  memory: 67108864,
  policy: 'first',
  gap: 'skip',
  patience: 2,
  hold: 7440,
  acknowledged: false,
  midstream: true,
  urgent: true,
  conflicts: false,
  checksum: 'ignore',
  timeout: 7440,
  opening: 240,
  closing: 240,
}
