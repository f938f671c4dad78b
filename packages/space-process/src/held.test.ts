import type { Held } from '@netstreamline/core'
import { describe, expect, it } from 'vitest'
import { createProcessSpace } from './space.js'
import { collector, numbers, type Seen } from './testing/elements.js'
import { element, loader, Trial } from './testing/harness.js'
import { chain, setup, zero } from './testing/setup.js'

describe('held blocks', () => {
  it('keep their data and headers while the ring is overwritten, and do not outlive their element', async () => {
    const { arena } = setup()
    const held: { block: Held; was: string; l3: number }[] = []
    const hex = (b: Uint8Array) => Buffer.from(b).toString('hex')
    const keep = element('keep', (_o, context) => (b) => {
      const [offset, length] = [b.offset, b.length]
      b.l3 = offset
      b.l4 = offset + 2
      b.offset += 3
      b.length -= 3
      const block = context.hold(b)
      const whole = hex(b.bytes.subarray(offset, offset + length))
      held.push({ block, was: whole, l3: (block as unknown as { l3: number }).l3 })
      return -1
    })
    // A source that writes every block to the same place.
    const same = element('same', (_o, context) => {
      const ring = context.alloc(16)
      let n = 0
      return {
        pull(batch) {
          ring.reclaim(ring.base, 16)
          context.bytes.fill(n, ring.base, ring.base + 16)
          batch.offset[0] = ring.base
          batch.length[0] = 16
          batch.count = 1
          batch.end = ++n === 50
        },
      }
    })
    const space = createProcessSpace({ load: loader({ same, keep }), arena })
    const trial = await new Trial(chain({ fn: 'same' }, { fn: 'keep' }), space).start()
    await trial.done()
    held.forEach(({ block, was }, i) => {
      const { l3, offset, length } = block as unknown as { l3: number; offset: number; length: number }
      expect(offset - l3).toBe(3)
      expect(hex(arena.bytes.subarray(l3, offset + length))).toBe(was)
      expect(arena.bytes[offset]).toBe(i)
    })
    await trial.abort()
    expect(await space.census()).toEqual(zero)
    expect(arena.used).toBe(0)
  })

  it('an edited block keeps the headers before it', async () => {
    const { arena } = setup()
    const seen: Seen[] = []
    const strip = element('strip', (_o, context) => (b) => {
      b.l3 = b.offset
      b.l4 = b.offset + 1
      b.offset += Math.min(2, b.length)
      b.length = Math.max(0, b.length - 2)
      context.edit(b)
      if (b.length > 0) b.bytes[b.offset] = 0xee
      return 1
    })
    const space = createProcessSpace({ load: loader({ numbers, strip, collect: collector(seen) }), arena })
    await new Trial(
      chain({ fn: 'numbers', options: { count: 5, size: 8 } }, { fn: 'strip' }, { fn: 'collect' }),
      space,
    ).run()
    expect(seen.map((s) => [s.before, s.data, s.l3, s.l4])).toEqual([
      ['00', '', -1, 0],
      ['0708', '', -2, -1],
      ['0e0f', 'ee', -2, -1],
      ['1516', 'ee18', -2, -1],
      ['1c1d', 'ee1f20', -2, -1],
    ])
    expect(arena.used).toBe(0)
  })
})
