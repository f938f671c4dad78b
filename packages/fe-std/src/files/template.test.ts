import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseTemplate, safe } from './template.js'

describe('path template', () => {
  const info = { id: 2, src: '2001:db8::1', sport: 1234, dst: '10.0.0.2', dport: 80, name: 'a..b' }

  it('fills in what is known of a stream', () => {
    const t = parseTemplate('out/{src}-{sport}--{dst}-{dport}/{name}.{stream}.{n}')
    expect(t.path(2, info, 7)).toBe('out/2001-db8--1-1234--10.0.0.2-80/a..b.2.7')
    expect(parseTemplate('{src}/{stream}').path(9, undefined, 0)).toBe('unknown/9')
    expect(parseTemplate('plain{}.bin')).toMatchObject({ varies: false, perBlock: false, perStream: false })
  })

  it('refuses placeholders that do not exist', () => {
    expect(() => parseTemplate('{user}')).toThrow(expect.objectContaining({ code: 'SL_OPTION' }))
    expect(() => parseTemplate('a\0b')).toThrow(expect.objectContaining({ code: 'SL_OPTION' }))
  })

  it('lets no value leave its place in the path', () => {
    expect(['..', '.', '', 'a/../b', '-rf', 'x\0y'].map(safe)).toEqual(['_..', '_.', '_', 'a_.._b', '-rf', 'x_y'])
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const path = parseTemplate('dir/{name}').path(1, { id: 1, name: value }, 0)
        expect(path).toMatch(/^dir\/[A-Za-z0-9._-]{1,129}$/)
        expect(path).not.toMatch(/\/\.{0,2}$/)
      }),
    )
  })
})
