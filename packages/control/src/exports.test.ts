import { parse } from '@netstreamline/srl'
import { describe, expect, it } from 'vitest'
import { exportName, withExports } from './exports.js'

describe('export', () => {
  it('puts a ring with the name of the vertex behind it, and nothing behind others', () => {
    const { vertices, edges } = withExports(parse('(a) > (b,export) > (c,export,name=last)'))
    expect(vertices.map(({ name, function: fn, options }) => [name, fn, options['path']])).toEqual([
      ['a#1', 'a', undefined],
      ['b#1', 'b', undefined],
      ['last', 'c', undefined],
      ['b#1.export', 'ring', 'b'],
      ['last.export', 'ring', 'last'],
    ])
    expect(edges.map(({ from, to }) => [from, to])).toEqual([
      [0, 1],
      [1, 2],
      [1, 3],
      [2, 4],
    ])
    expect(vertices.some((vertex) => vertex.export)).toBe(false)
  })

  it('leaves other requests as they are', () => {
    const request = parse('(a) > (b)')
    expect(withExports(request)).toBe(request)
  })

  it('gives names that rings can have', () => {
    const name = (text: string) => exportName({ name: text, function: 'f', options: {} })
    expect(name('tcp#1')).toBe('tcp')
    expect(name('tcp#2')).toBe('tcp-2')
    expect(name('../x y')).toBe('_._x_y')
    expect(name('é'.repeat(100))).toMatch(/^_{63}$/)
  })
})
