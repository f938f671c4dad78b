import { StreamlineError } from '@netstreamline/core'
import { RECORD_LENGTH, RECORD_OTHER, SLOT, WORD } from '../format.js'
import { advance, distance, isPosition, loadPosition } from '../position.js'
import type { RingArea } from '../ring/area.js'
import type { RingReader } from '../ring/reader.js'
import { slotAt } from '../ring/slots.js'

/** What is before a position of a ring, or behind what is published, cannot be had. */
interface Limits {
  readonly from: number
  readonly to: number
}

/** What a reader that is waited for has not released; what the writer has left alone until now for others. */
const limitsOf = ({ area, strategy, claim }: RingReader): Limits => {
  const { words, kind, span } = area
  const to = loadPosition(words, WORD.producer)
  if (strategy === 'srp') return { from: loadPosition(words, slotAt(area, claim.slot) + SLOT.position), to }
  const intent = loadPosition(words, kind === 'd' ? WORD.indexIntent : WORD.intent)
  return { from: Math.max(0, intent - span), to }
}

/** v: do records follow each other from one position exactly to the other? The number of the block there; -1: no. */
const follow = (area: RingArea, from: number, to: number): number => {
  const { words, data, capacity } = area
  let sequence = -1
  for (let position = from; position !== to; ) {
    const at = position % capacity
    const w = data + (at >> 2)
    const head = words[w]!
    const number = words[w + 1]! >>> 0
    const size = ((head & RECORD_LENGTH) + 15) & ~7
    const isPadding = (head & RECORD_OTHER) !== 0
    if (at % 8 !== 0 || at + size > capacity || (isPadding && at + size !== capacity)) return -1
    if (size > distance(position, to) || (sequence >= 0 && number !== sequence)) return -1
    sequence = isPadding ? number : (number + 1) >>> 0
    position = advance(position, size)
  }
  return sequence
}

/** Can a block begin there, which is published and was not overwritten? */
const begins = (reader: RingReader, position: number, { from, to }: Limits): boolean => {
  const { area } = reader
  const { words, kind, capacity, recordBytes } = area
  if (position === to) return true
  if (kind === 'v') {
    const here = reader.position
    const isAhead = distance(here, position) <= distance(here, to)
    if (isAhead) return position === here || follow(area, here, position) >= 0
    if (reader.strategy === 'srp') return position === from || follow(area, from, position) >= 0
    // Where records begin is known only from here on: the way to here must be one, up to the number of the block here.
    const sequence = follow(area, position, here)
    return sequence >= 0 && (reader.offset < 0 || sequence === reader.sequence)
  }
  if (kind === 'd') {
    if (position % recordBytes !== 0) return false
    const w = area.index + ((position % area.span) >> 2)
    const data = (words[w]! >>> 0) + (words[w + 1]! & 0xfffff) * 2 ** 32
    return distance(data, loadPosition(words, WORD.intent)) <= capacity
  }
  // A lap that the producer has left ends at `cut`; there is no other that could still be whole.
  const at = position % capacity
  const isLast = Math.floor(position / capacity) === Math.floor(to / capacity)
  return at % recordBytes === 0 && (isLast || at < Atomics.load(words, WORD.cut))
}

/**
 * Goes to the block (c: to the byte) at an absolute position of the ring that is read now. A reader that is waited for
 * finds all that it has not released; one that is not finds what is still whole. What is stepped over counts neither
 * as read nor as lost. @throws SL_USAGE, and the reader stays where it is
 */
export const seekRing = (reader: RingReader, position: number): void => {
  const limits = limitsOf(reader)
  const { from, to } = limits
  const refuse = (why: string): never => {
    throw new StreamlineError('SL_USAGE', `cannot seek to ${position}: ${why}`, {
      hint: `Positions from ${from} to ${to} can be had, where a block begins.`,
      from,
      to,
    })
  }
  if (reader.state !== 'open') refuse(`the reader is at the end (${reader.state})`)
  if (!isPosition(position)) refuse('that is no position')
  if (distance(from, position) > distance(from, to)) refuse('it is not in the ring')
  if (!begins(reader, position, limits)) refuse('no block begins there')
  // The one place outside of RingReader that moves it. Nothing was lost: whichever block comes next is the right one.
  reader.offset = -1
  reader['expected'] = -1
  reader['isTorn'] = false
  if (reader.strategy === 'srp') reader['low'] = position | 0
  else reader['jump'](position)
  reader['look']()
}
