import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { md5 } from './md5.js'
import { sha256 } from './sha256.js'

const platform = (name: string) => (data: Uint8Array) => createHash(name).update(data).digest('hex')

describe.each([
  ['md5', md5, platform('md5')],
  ['sha256', sha256, platform('sha256')],
])('%s', (_name, ours, theirs) => {
  it('is the platform’s, at all lengths about the size of a block', () => {
    for (let length = 0; length < 200; length++) {
      const data = Uint8Array.from({ length }, (_, i) => i * 7)
      expect(ours(data)).toBe(theirs(data))
    }
  })
  it('property: is the platform’s', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1000 }), (data) => {
        expect(ours(data)).toBe(theirs(data))
      }),
      { seed: 1 },
    )
  })
})
