import { type Block, CONSUMED, type Context, defineFE, END, type FunctionalElement } from '@netstreamline/core'
import type { InputBlock, OutputBlock } from './blocks.js'

const meta = (name: string, inputs: readonly string[] = ['any']) =>
  ({ name, summary: name, inputs, outputs: ['any'], state: 'global', targets: ['js'], unshared: true }) as const

/** What the ring is filled with before it is used again: an FE that looks at a block it has not held reads this. */
const STALE = 0xa5
const align = (length: number): number => Math.max(8, (length + 7) & ~7)

/**
 * Hands out `blocks`, `per` in a breath, through a ring that has room for one breath only and is overwritten before
 * the next: what was not held is gone, as with a live source. With `idle` it does not end: it calls that and waits.
 */
export const source = (blocks: readonly InputBlock[], per: number, idle?: () => void): FunctionalElement =>
  defineFE(meta('source', []), (_options, context) => {
    let room = 8
    for (let i = 0; i < blocks.length; i += per) {
      const breath = blocks.slice(i, i + per)
      room = Math.max(
        room,
        breath.reduce((sum, { data }) => sum + align(data.length), 0),
      )
    }
    const ring = context.alloc(room)
    let next = 0
    let position = 0
    let resume = () => {}
    return {
      stop: () => resume(),
      pull(batch) {
        if (idle && next >= blocks.length) {
          idle()
          return new Promise<void>((resolve) => {
            resume = resolve
          })
        }
        ring.reclaim(ring.base, ring.size)
        context.bytes.fill(STALE, ring.base, ring.base + ring.size)
        batch.ring = ring.id
        let at = ring.base
        const until = Math.min(blocks.length, next + Math.min(per, batch.limit))
        for (; next < until; next++) {
          const { data, kind = 1, seconds = 0, nanoseconds = 0, wireLength = data.length } = blocks[next]!
          context.bytes.set(data, at)
          const i = batch.count++
          batch.offset[i] = at
          batch.length[i] = data.length
          batch.kind[i] = kind
          batch.wireLength[i] = wireLength
          batch.seconds[i] = seconds
          batch.nanoseconds[i] = nanoseconds
          batch.position[i] = position
          at += align(data.length)
          position += align(data.length)
        }
        batch.end = !idle && next >= blocks.length
        return undefined
      },
    }
  })

/** Gives the blocks what a source cannot (headers, stream, flags …) and hands on those of one input. */
export const feeder = (blocks: readonly InputBlock[], input: number): FunctionalElement =>
  defineFE(meta('feeder'), (_options, context) => {
    let next = 0
    return (block) => {
      const b = blocks[next++]!
      if ((b.input ?? 0) !== input) return 0
      const start = b.offset ?? 0
      const header = (at: number | undefined) => (at === undefined ? -1 : block.offset + at)
      if (b.open) context.openStream(b.open)
      context.emit({
        classifier: b.classifier ?? 1,
        offset: block.offset + start,
        length: b.length ?? block.length - start,
        l3: header(b.l3),
        l4: header(b.l4),
        proto: b.proto ?? -1,
        stream: b.stream ?? 0,
        flags: b.flags ?? 0,
        position: b.position ?? block.position,
      })
      if ((b.flags ?? 0) & END) context.closeStream(b.stream ?? 0)
      return CONSUMED
    }
  })

const copy = (block: Block, context: Context): OutputBlock => ({
  data: block.bytes.slice(block.offset, block.offset + block.length),
  kind: block.kind,
  classifier: block.classifier,
  stream: block.stream,
  flags: block.flags,
  seconds: block.seconds,
  nanoseconds: block.nanoseconds,
  wireLength: block.wireLength,
  l3: block.l3 < 0 ? undefined : block.l3 - block.offset,
  l4: block.l4 < 0 ? undefined : block.l4 - block.offset,
  proto: block.proto,
  position: block.position,
  info: context.stream(block.stream),
})

/** Copies all that it sees to `into`. */
export const collector = (into: OutputBlock[]): FunctionalElement =>
  defineFE(meta('collector'), (_options, context) => (block) => {
    into.push(copy(block, context))
    return 1
  })
