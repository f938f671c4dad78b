import { ACCEPTED, type Accept, type Plan, type SpaceCounters } from '@netstreamline/core'
import { describe, expect, it } from 'vitest'
import { acceptText, buildResult } from './result.js'
import { request } from './testing/requests.js'

const range = (lo: number, hi = lo, not = false): Accept => ({ lo, hi, not })

it('writes conditions as SRL does', () => {
  const all = [ACCEPTED, range(0), range(22), range(22, 23), range(80, 80, true), range(1, 1023, true), range(0, 65535)]
  expect(all.map(acceptText)).toEqual(['', '!', '22', '22:23', '!80', '!1:1023', '0:65535'])
})

describe('a result', () => {
  const r = request(
    ['src', 'a', 'b'],
    [
      [0, 1],
      [0, 1, range(22)],
      [1, 2],
      [0, 2],
    ],
  )
  const plan = {
    request: r,
    edges: r.edges,
    vertices: r.vertices.map((vertex) => ({ vertex, space: vertex.function === 'b' ? 'high' : 'low' })),
  } as unknown as Plan
  const counters = (n: number) => ({ blocksIn: n, blocksOut: n, bytesIn: n, bytesOut: n, counters: { odd: n } })
  const low: SpaceCounters = {
    vertices: { 'src#1': counters(1), 'a#1': counters(2) },
    edges: [
      { from: 'src#1', to: 'a#1', blocks: 10, bytes: 100 },
      { from: 'src#1', to: 'a#1', blocks: 20, bytes: 200 },
      { from: 'a#1', to: 'b#1', blocks: 30, bytes: 300 },
    ],
  }
  const high: SpaceCounters = {
    vertices: { 'b#1': counters(3) },
    edges: [
      { from: 'a#1', to: 'b#1', blocks: 29, bytes: 290 },
      { from: 'src#1', to: 'b#1', blocks: 40, bytes: 400 },
    ],
  }

  it('has nodes and edges in the order of the request, each edge once, counted by its writer', () => {
    const result = buildResult(
      plan,
      new Map([
        ['low', low],
        ['high', high],
      ]),
      1.5,
    )
    expect(result.duration).toBe(1.5)
    expect(result.nodes.map((n) => [n.name, n.function, n.space, n.blocksIn, n.counters])).toEqual([
      ['src#1', 'src', 'low', 1, { odd: 1 }],
      ['a#1', 'a', 'low', 2, { odd: 2 }],
      ['b#1', 'b', 'high', 3, { odd: 3 }],
    ])
    expect(result.edges).toEqual([
      { from: 'src#1', to: 'a#1', accept: '', blocks: 10, bytes: 100 },
      { from: 'src#1', to: 'a#1', accept: '22', blocks: 20, bytes: 200 },
      { from: 'a#1', to: 'b#1', accept: '', blocks: 30, bytes: 300 },
      { from: 'src#1', to: 'b#1', accept: '', blocks: 40, bytes: 400 },
    ])
  })

  it('names the request by its text if there is one', () => {
    expect(buildResult(plan, new Map(), 0).request).toEqual(r.vertices)
    expect(buildResult({ ...plan, request: { ...r, text: '(src)' } }, new Map(), 0).request).toBe('(src)')
  })

  it('survives counters of any form', () => {
    const bad = { vertices: { 'src#1': { blocksIn: 'x', blocksOut: Number.NaN, counters: { a: {} } } }, edges: [] }
    const [node] = buildResult(plan, new Map([['low', bad as unknown as SpaceCounters]]), 0).nodes
    expect(node).toMatchObject({ blocksIn: 0, blocksOut: 0, bytesIn: 0, counters: { a: 0 } })
    expect(JSON.stringify(node)).not.toContain('null')
  })
})
