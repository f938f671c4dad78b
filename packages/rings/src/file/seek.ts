import { StreamlineError } from '@netstreamline/core'
import { SLOT, WORD } from '../format.js'
import { distance, isPosition, loadPosition } from '../position.js'
import type { RingReader } from '../ring/reader.js'
import { slotAt } from '../ring/slots.js'

const refuse = (position: number, why: string, from: number, to: number): never => {
  throw new StreamlineError('SL_USAGE', `cannot seek to ${position}: ${why}`, {
    hint: `Positions from ${from} to ${to} can be had, where a block begins.`,
    from,
    to,
  })
}

/** The first position that can be had: what a reader that is waited for has not released, else what is still whole. */
const oldest = (reader: RingReader): number => {
  const { area, strategy, claim } = reader
  const { words, kind, span } = area
  // Records of a v ring begin nowhere that is known but where this reader has been.
  if (strategy === 'srp' || kind === 'v') return loadPosition(words, slotAt(area, claim.slot) + SLOT.position)
  const intent = loadPosition(words, kind === 'd' ? WORD.indexIntent : WORD.intent)
  return Math.max(0, intent - span)
}

const isWhole = ({ area }: RingReader, position: number): boolean =>
  distance(position, loadPosition(area.words, area.kind === 'd' ? WORD.indexIntent : WORD.intent)) <= area.span

const canBegin = ({ area }: RingReader, position: number): boolean => {
  if (area.kind === 'd') return position % area.recordBytes === 0
  const at = position % area.capacity
  return area.kind !== 'p' || (at % area.recordBytes === 0 && at + area.recordBytes <= area.capacity)
}

/** The one place outside of RingReader that moves it: nothing was lost, whichever block comes next is the right one. */
const goTo = (reader: RingReader, position: number): void => {
  reader.offset = -1
  reader['expected'] = -1
  reader['isTorn'] = false
  reader['jump'](position)
}

/** Reads on to a position; false when none begins there, and the reader then stands behind it. */
const walk = (reader: RingReader, position: number, to: number): boolean => {
  for (;;) {
    const rest = distance(position, to)
    if (distance(reader.position, to) === rest) return true
    // Padding and the ends of laps are stepped over by peek.
    if (reader.peek() < 0) return reader.position === position
    const here = distance(reader.position, to)
    if (here === rest) return true
    if (here < rest || here > reader.area.span) return false
    if (reader.area.kind === 'c') reader.consume(Math.min(here - rest, reader.length))
    else reader.next()
  }
}

/**
 * Goes to the block (c: to the byte) at an absolute position of the ring that is read now. A reader that is waited for
 * finds all that it has not released; one that is not finds what is still whole, of a v ring behind its last release.
 * @throws SL_USAGE, and the reader stays where it is
 */
export const seekRing = (reader: RingReader, position: number): void => {
  if (!isPosition(position)) refuse(position, 'that is no position', 0, reader.position)
  // What is known may be old.
  reader.peek()
  const here = reader.position
  const to = loadPosition(reader.area.words, WORD.producer)
  const from = oldest(reader)
  if (reader.state !== 'open') refuse(position, 'the ring has ended', to, to)
  if (distance(from, position) > distance(from, to)) refuse(position, 'it is not in the ring', from, to)
  if (!canBegin(reader, position)) refuse(position, 'no block begins there', from, to)
  const isAhead = distance(here, position) <= distance(here, to)
  if (!isAhead) {
    const isKnown = reader.strategy !== 'srp' && reader.area.kind !== 'v'
    const start = isKnown ? position : from
    if (reader.strategy !== 'srp' && !isWhole(reader, start)) refuse(position, 'it was overwritten', from, to)
    goTo(reader, start)
  }
  if (walk(reader, position, to)) return
  if (isAhead) goTo(reader, from)
  walk(reader, here, to)
  refuse(position, 'no block begins there', from, to)
}
