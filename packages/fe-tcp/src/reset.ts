import { TCP_ACK } from './handshake.js'
import type { Hole } from './hole.js'
import { endOf } from './piece.js'
import * as R from './record.js'

/**
 * Would the receiver believe this RST of direction `d`? Its number must be the next that the receiver expects (RFC
 * 5961 §3.2), which lies between what it has acknowledged and what has been seen; an answer to a SYN must
 * acknowledge it (RFC 9293 §3.10.7.3). What is not known is believed.
 */
export const isValidReset = (
  w: Int32Array,
  d: number,
  hole: Hole | undefined,
  flags: number,
  seq: number,
  ack: number,
): boolean => {
  const other = R.peerOf(d)
  const state = w[d + R.STATE]!
  const otherState = w[other + R.STATE]!
  if ((state & R.SYNCED) === 0) {
    // Nothing has come from here: a refusal, or an answer to what is not known here, which repeats what it was sent.
    if ((flags & TCP_ACK) === 0) return (otherState & R.ACKED) === 0 || seq === w[other + R.ACK]
    if ((otherState & R.SYNCED) === 0) return true
    return isWithin(ack, w[other + R.ISN]! + 1, w[other + R.NEXT]! + 1)
  }
  const last = hole?.pieces.at(-1)
  const next = w[d + R.NEXT]!
  const low = (otherState & R.ACKED) !== 0 ? least(w[other + R.ACK]!, next) : next
  // A FIN takes a number too.
  return isWithin(seq, low, (last === undefined ? next : endOf(last)) + 1)
}

const least = (a: number, b: number): number => (((a - b) | 0) < 0 ? a : b)

const isWithin = (x: number, low: number, high: number): boolean => ((x - low) | 0) >= 0 && ((high - x) | 0) >= 0
