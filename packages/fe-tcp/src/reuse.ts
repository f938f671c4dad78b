import { TCP_ACK, TCP_RST, TCP_SYN } from './handshake.js'
import * as R from './record.js'
import type { Table } from './table.js'

/** How far from the number that is expected data may lie and still be taken for this connection's. */
const NEAR = 1 << 20

/** What a segment belongs to when a SYN that nobody has answered stands before a connection that lives. */
export const NEWER = 1
export const OLDER = 2
/** To the newer one, which has been answered: the older one is no more. */
export const CONFIRMED = 3

/**
 * A SYN with another number on a connection that lives may be a late copy of an old one, or forged: the receiver
 * only asks back (RFC 5961 §4), and both sides go on. Or the ports are used again and the end was not captured. The
 * next segments tell: an answer that acknowledges the SYN, or data with its numbers.
 * @param d the segment's direction in the newer connection
 */
export const belongsTo = (table: Table, d: number, flags: number, seq: number, ack: number): number => {
  const w = table.words
  const syn = flags & (TCP_SYN | TCP_ACK | TCP_RST)
  if (R.sideOf(d) === 0) {
    if (syn === TCP_SYN) return NEWER
    const first = (w[d + R.ISN]! + 1) | 0
    if (seq === first) return (flags & TCP_RST) !== 0 ? NEWER : CONFIRMED
    const old = table.behind(d)
    const isOld = (w[old + R.STATE]! & R.SYNCED) !== 0 && isNear(seq, w[old + R.NEXT]!)
    return !isOld && isNear(seq, first) ? CONFIRMED : OLDER
  }
  const opener = R.peerOf(d)
  const isAnswer = (flags & TCP_ACK) !== 0 && isBetween(ack, w[opener + R.ISN]! + 1, w[opener + R.NEXT]!)
  if (!isAnswer) return OLDER
  return (flags & TCP_RST) !== 0 ? NEWER : CONFIRMED
}

const isNear = (x: number, y: number): boolean => Math.abs((x - y) | 0) < NEAR

const isBetween = (x: number, low: number, high: number): boolean => ((x - low) | 0) >= 0 && ((high - x) | 0) >= 0
