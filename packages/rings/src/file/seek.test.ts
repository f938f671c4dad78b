import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { createArena } from '../arena.js'
import { block, coded, KINDS, Rigs } from '../testing/files.js'

const rigs = new Rigs(createArena({ bytes: 2 ** 22 }))
afterEach(rigs.end)

/** Where a seek that is refused says that it could go. */
const limitsOf = (seek: () => void): { from: number; to: number } => {
  try {
    seek()
  } catch (error) {
    expect(error).toMatchObject({ code: 'SL_USAGE' })
    return (error as { detail: { from: number; to: number } }).detail
  }
  throw new Error('was not refused')
}

const BLOCK = 24
const steps = fc.array(fc.record({ do: fc.constantFrom('write', 'read', 'release', 'seek', 'skip'), n: fc.nat(20) }), {
  minLength: 1,
  maxLength: 120,
})

describe.each(KINDS.filter((kind) => kind !== 'i'))('seeking in a ring of kind %s', (kind) => {
  it.each(['srp', 'mrp', 'frp'] as const)(
    'finds again every block that is there, and refuses all others: %s',
    (strategy) => {
      fc.assert(
        fc
          .property(steps, (list) => {
            const { writing, reading } = rigs.pair(kind, { strategy, bytes: 512, slotBytes: BLOCK })
            let written = 0
            /** Positions of the blocks that were read, by number. */
            const known = new Map<number, number>()
            let last = -1
            const read = (): number => {
              const target = new Uint8Array(BLOCK)
              const n = reading.tryRead(target)
              if (n <= 0) return -1
              if (kind === 'c' && n < BLOCK) return -2
              // c: any byte may come next after a loss; look at beginnings of blocks only.
              if (kind === 'c' && reading.position % BLOCK !== 0) return -2
              const number = kind === 'c' ? reading.position / BLOCK : target[0]! * 256 + target[1]!
              const wanted = block(number, BLOCK)
              wanted[0] = number >> 8
              wanted[1] = number & 255
              expect(target).toEqual(wanted)
              known.set(number, reading.position)
              return number
            }
            for (const { do: what, n } of list) {
              if (what === 'write') {
                const bytes = block(written, BLOCK)
                bytes[0] = written >> 8
                bytes[1] = written & 255
                if (writing.tryWrite(bytes) === BLOCK) written++
                else if (kind === 'c') return
                writing.flush()
              } else if (what === 'read') last = read()
              else if (what === 'release') reading.release()
              else if (what === 'skip') {
                const before = reading.lost.blocks
                const skipped = reading.skip(kind === 'c' ? n * BLOCK : n)
                expect(skipped).toBeLessThanOrEqual(kind === 'c' ? n * BLOCK : n)
                if (strategy === 'srp') expect(reading.lost.blocks).toBe(before)
              } else {
                const wanted = last - n
                const position = known.get(wanted)
                if (position === undefined) continue
                try {
                  reading.seek(position)
                } catch (error) {
                  expect(error).toEqual(coded('SL_USAGE'))
                  continue
                }
                // It was there: now it is read again, or it has just been overwritten.
                last = read()
                if (strategy === 'srp') expect(last).toBe(wanted)
              }
            }
            reading.closeSync()
          })
          .afterEach(rigs.end),
        { numRuns: 200 },
      )
    },
  )

  it('goes back to all that is not released, and no further; the limits are named', () => {
    const { writing, reading } = rigs.pair(kind, { bytes: 4096, slotBytes: BLOCK })
    const positions: number[] = []
    for (let n = 0; n < 10; n++) writing.tryWrite(block(n, BLOCK))
    writing.flush()
    const target = new Uint8Array(BLOCK)
    for (let n = 0; n < 10; n++) {
      reading.tryRead(target)
      positions.push(reading.position)
      if (n === 4) reading.release()
    }
    const { from, to } = limitsOf(() => reading.seek(2 ** 40))
    expect(from).toBe(kind === 'c' ? positions[4]! + BLOCK : positions[5])
    for (const n of [5, 9, 7, 6, 8]) {
      reading.seek(positions[n]!)
      expect(reading.tryRead(target)).toBe(BLOCK)
      expect(target).toEqual(block(n, BLOCK))
    }
    expect(limitsOf(() => reading.seek(positions[4]! - (kind === 'c' ? 1 : 0)))).toMatchObject({ from, to })
    // What was refused has moved nothing.
    expect(reading.tryRead(target)).toBe(BLOCK)
    expect(target).toEqual(block(9, BLOCK))
    if (kind !== 'c') {
      limitsOf(() => reading.seek(positions[6]! + 1))
      limitsOf(() => reading.seek(positions[9]! - 1))
      expect(reading.tryPeek()).toBe(undefined)
    }
    reading.seek(to)
    expect(reading.tryPeek()).toBe(undefined)
    reading.closeSync()
  })

  it('goes back to what is still whole in a ring that overwrites', () => {
    const { writing, reading } = rigs.pair(kind, { strategy: 'frp', bytes: 1024, slotBytes: BLOCK })
    const positions: number[] = []
    const target = new Uint8Array(BLOCK)
    for (let n = 0; n < 100; n++) {
      writing.tryWrite(block(n, BLOCK))
      writing.flush()
      // c: a block may go round the end.
      let got = 0
      while (got < BLOCK) got += reading.tryRead(target.subarray(got))
      positions.push(kind === 'c' ? n * BLOCK : reading.position)
    }
    const { from } = limitsOf(() => reading.seek(positions[0]!))
    const there = positions.filter((position) => position >= from)
    expect(there.length).toBeGreaterThan(15)
    for (const position of there.reverse()) {
      reading.seek(position)
      expect(reading.tryRead(target)).toBe(BLOCK)
      expect(target).toEqual(block(positions.indexOf(position), BLOCK))
      expect(reading.position).toBe(position)
    }
    expect(reading.lost).toEqual({ blocks: 0, bytes: 0, broken: 0 })
    reading.closeSync()
  })
})

describe('an IBuf', () => {
  it('cannot be searched, only read', () => {
    const { reading } = rigs.pair('i')
    limitsOf(() => reading.seek(0))
    reading.closeSync()
  })
})
