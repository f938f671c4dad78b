import * as R from './record.js'

export const TCP_FIN = 1
export const TCP_SYN = 2
export const TCP_RST = 4
export const TCP_ACK = 16
export const TCP_URG = 32

const SPECIAL = R.FIN | R.ENDED | R.HOLE

/** Initial sequence numbers, exact from a SYN, else the best guess. */
export const guess = (w: Int32Array, d: number, flags: number, seq: number, ack: number): void => {
  if ((w[d + R.STATE]! & R.BASE) === 0) {
    w[d + R.ISN] = (flags & TCP_SYN) !== 0 ? seq : seq - 1
    w[d + R.STATE]! |= R.BASE
  }
  const other = R.peerOf(d)
  if ((flags & TCP_ACK) === 0 || (w[other + R.STATE]! & R.BASE) !== 0) return
  w[other + R.ISN] = ack - 1
  w[other + R.STATE]! |= R.BASE
}

/** A SYN takes one sequence number; its data (RFC 7413) follows. Returns the number of the first byte of data. */
export const synchronize = (w: Int32Array, d: number, flags: number, seq: number, ack: number): number => {
  const first = (seq + 1) | 0
  if ((w[d + R.STATE]! & SPECIAL) === 0 && isUntouched(w, d)) {
    w[d + R.NEXT] = first
    w[d + R.ISN] = seq
    w[d + R.STATE]! |= R.SYNCED
  }
  const other = R.peerOf(d)
  // The SYN that this answers was not captured.
  if ((flags & TCP_ACK) !== 0 && (w[other + R.STATE]! & R.SYNCED) === 0) {
    w[other + R.NEXT] = ack
    w[other + R.STATE]! |= R.SYNCED
  }
  return first
}

/** Has nothing of this direction been handed on? */
export const isUntouched = (w: Int32Array, d: number): boolean =>
  (w[d + R.STATE]! & R.SYNCED) === 0 || w[d + R.NEXT] === ((w[d + R.ISN]! + 1) | 0)

/** Takes note of a FIN with this number. */
export const finish = (w: Int32Array, d: number, at: number): void => {
  const state = w[d + R.STATE]!
  if ((state & (R.FIN | R.ENDED)) !== 0) return
  if ((state & R.SYNCED) === 0) w[d + R.NEXT] = at
  // A FIN before what has been handed on is an old one.
  if (((at - w[d + R.NEXT]!) | 0) < 0) return
  w[d + R.FIN_AT] = at
  w[d + R.STATE] = state | R.FIN | R.SYNCED
}

/**
 * Does a SYN begin another connection between the same ports? When its initial sequence number differs from what
 * this side has used, or the old stream has ended; otherwise it is a retransmission, even after a refusal.
 */
export const isNew = (w: Int32Array, d: number, flags: number, seq: number): boolean => {
  const state = w[d + R.STATE]!
  const syn = flags & (TCP_SYN | TCP_ACK)
  if ((state & R.BASE) === 0 || (syn & TCP_SYN) === 0) return false
  const ended = (state & R.ENDED) !== 0
  return syn === TCP_SYN ? seq !== w[d + R.ISN] || ended : seq !== w[d + R.ISN] && ended
}
