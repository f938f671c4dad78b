import { CONSUMED, defineFE, type FunctionMeta } from '@netstreamline/core'
import { describe, expect, test } from 'vitest'
import { conformFE, type Sample } from './index.js'

const meta: FunctionMeta = {
  name: 'mine',
  summary: 'Mine.',
  inputs: ['any'],
  outputs: ['any'],
  state: 'none',
  targets: ['js'],
}
const samples: Sample[] = [
  {
    name: 'letters',
    blocks: Array.from({ length: 40 }, (_, i) => ({ data: new Uint8Array(1 + (i % 9)).fill(97 + (i % 26)) })),
  },
]
const checks = async (...args: Parameters<typeof conformFE>) => new Set((await conformFE(...args)).map((f) => f.check))

describe('conformFE', () => {
  test('a good FE passes', async () => {
    const fe = defineFE(meta, () => (block) => block.u8(0))
    expect(await conformFE(fe, { samples })).toEqual([])
  })
  test('finds what throws over empty blocks', async () => {
    const fe = defineFE(meta, () => (block) => {
      if (block.length === 0) throw new RangeError('no bytes')
      return 1
    })
    const found = await checks(fe, { samples })
    expect(found).toContain('empty')
    expect(found).not.toContain('runs')
  })
  test('finds what throws over random bytes', async () => {
    const fe = defineFE(meta, () => (block) => {
      if (block.u8(0) > 127) throw new RangeError('no letter')
      return 1
    })
    expect(await checks(fe, { samples })).toContain('random')
  })
  test('finds state that was not declared', async () => {
    const fe = defineFE(meta, () => {
      let n = 0
      return () => ++n
    })
    expect(await checks(fe, { samples })).toEqual(new Set(['stateless']))
  })
  test('finds blocks that are used but not held', async () => {
    const fe = defineFE({ ...meta, state: 'global' }, (_options, context) => {
      const kept: { offset: number; length: number }[] = []
      return {
        process(block) {
          kept.push({ offset: block.offset, length: block.length })
          return CONSUMED
        },
        finish: () => kept.forEach((window) => void context.emit(window)),
      }
    })
    expect(await checks(fe, { samples })).toContain('held')
  })
  test('finds an early stop that throws', async () => {
    const fe = defineFE({ ...meta, state: 'global' }, () => {
      let last = 0
      return {
        process: (block) => (last = block.u8(0)),
        stop() {
          if (last) throw new Error('still busy')
        },
      }
    })
    expect(await checks(fe, { samples })).toContain('runs')
  })
  test('finds a declaration that no manifest may hold', async () => {
    const fe = defineFE({ ...meta, name: 'not a name' }, () => () => 1)
    expect(await checks(fe, { samples })).toEqual(new Set(['declared']))
  })
})
