import type { Space } from '@netstreamline/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { reachOf } from './reach.js'
import { select, Unreachable } from './select.js'
import { fakeSpace } from './testing/fake-space.js'
import { request } from './testing/requests.js'
import { topology } from './topology.js'

const spaces: Space[] = [
  fakeSpace('process'),
  fakeSpace('worker'),
  fakeSpace('kernel', { depth: -10 }),
  fakeSpace('board', { depth: -20 }),
]
const [PROCESS, WORKER, KERNEL, BOARD] = [1, 2, 4, 8]
const graph = (size: number, edges?: [number, number][]) => topology(request(Array<string>(size).fill('f'), edges))
const link = (a: number, b: number) => ({ ends: [spaces[a]!.name, spaces[b]!.name] as const })
const line = (masks: number[], links: ReturnType<typeof link>[] = []) =>
  select(spaces, reachOf(spaces, links), graph(masks.length), masks).map((s) => spaces[s]!.name)

it('pushes down, and keeps what is up up when nothing leads down', () => {
  expect(line([PROCESS | KERNEL, PROCESS | KERNEL | BOARD, PROCESS])).toEqual(['kernel', 'kernel', 'process'])
  expect(line([PROCESS, PROCESS | KERNEL])).toEqual(['process', 'process'])
})

it('goes down again where a channel leads', () => {
  expect(line([PROCESS, PROCESS | KERNEL], [link(0, 2)])).toEqual(['process', 'kernel'])
})

it('stays where the inputs are among equally low spaces, and needs a channel between them', () => {
  expect(line([WORKER, PROCESS | WORKER, PROCESS | WORKER])).toEqual(['worker', 'worker', 'worker'])
  expect(line([WORKER, PROCESS | WORKER], [link(0, 1)])).toEqual(['worker', 'worker'])
  expect(line([PROCESS | WORKER, PROCESS | WORKER])).toEqual(['process', 'process'])
  expect(line([PROCESS | WORKER, WORKER])).toEqual(['worker', 'worker'])
  expect(() => line([PROCESS, WORKER])).toThrow(Unreachable)
})

it('revises a choice that leaves a later vertex without a place', () => {
  expect(line([PROCESS | BOARD, PROCESS | BOARD, PROCESS])).toEqual(['board', 'board', 'process'])
  // Lower is better for each alone, but the join of both branches lies only on the worker.
  const diamond = graph(4, [
    [0, 1],
    [0, 2],
    [1, 3],
    [2, 3],
  ])
  const chosen = select(spaces, reachOf(spaces, []), diamond, [
    PROCESS | WORKER,
    PROCESS | WORKER,
    PROCESS | WORKER,
    WORKER,
  ])
  expect(chosen).toEqual([1, 1, 1, 1])
})

it('says which vertex cannot be reached', () => {
  expect(() => line([PROCESS, KERNEL])).toThrow(expect.objectContaining({ vertex: expect.any(Number) }))
})

it('takes a request of 65,535 vertices', () => {
  const masks = Array<number>(65_535).fill(PROCESS | KERNEL)
  masks[0] = PROCESS
  expect(new Set(line(masks))).toEqual(new Set(['process']))
})

/** All places of all vertices, each legal. */
const legal = (
  masks: readonly number[],
  edges: readonly (readonly [number, number])[],
  to: readonly number[],
): number[][] => {
  let all: number[][] = [[]]
  for (const mask of masks) {
    all = all.flatMap((chosen) => spaces.flatMap((_, s) => (mask & (1 << s) ? [[...chosen, s]] : [])))
    all = all.filter((c) => edges.every(([a, b]) => a >= c.length || b >= c.length || to[c[a]!]! & (1 << c[b]!)))
  }
  return all
}

it('finds a place for all exactly if there is one', () => {
  const masks = fc.array(fc.integer({ min: 1, max: 15 }), { minLength: 1, maxLength: 6 })
  const edges = fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { maxLength: 8 })
  const links = fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { maxLength: 2 })
  fc.assert(
    fc.property(masks, edges, links, (domains, pairs, channels) => {
      const down = pairs.filter(([a, b]) => a < b && b < domains.length)
      const reach = reachOf(
        spaces,
        channels.map(([a, b]) => link(a, b)),
      )
      const all = legal(domains, down, reach.to)
      const chosen = (() => {
        try {
          return select(spaces, reach, graph(domains.length, down), domains)
        } catch (e) {
          if (e instanceof Unreachable) return undefined
          throw e
        }
      })()
      expect(chosen === undefined).toBe(all.length === 0)
      if (chosen) expect(all).toContainEqual(chosen)
    }),
    { numRuns: 2000 },
  )
})
