import { type Instance, type Space, StreamlineError } from '@netstreamline/core'
import { createArena } from '@netstreamline/rings'
import { expect } from 'vitest'
import { createProcessSpace } from '../space.js'
import { collector, numbers, pass, type Seen } from './elements.js'
import { element, loader, type Spec, type SpecVertex, type Trial } from './harness.js'

export const zero = { transactions: 0, nodes: 0, links: 0, rings: 0, shadows: 0 }
export const turn = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms))

/** What a test looks at: instances made and stopped, and what the elements saw. */
export const setup = (generate = true) => {
  const arena = createArena({ bytes: 2 ** 24, shared: false })
  const seen: Seen[] = []
  const calls: string[] = []
  const made = new Map<string, number>()
  const note = (name: string, instance: Instance): Instance => {
    made.set(name, (made.get(name) ?? 0) + 1)
    return { ...instance, stop: () => void made.set(name, made.get(name)! - 1) }
  }
  /** A source without end, of one block a pull. */
  const endless = element('endless', (_o, context) => {
    const ring = context.alloc(64)
    let n = 0
    return note('endless', {
      pull(batch) {
        batch.ring = ring.id
        batch.offset[0] = ring.base
        batch.length[0] = 10
        batch.position[0] = n++
        batch.count = 1
      },
    })
  })
  /** A live source that has nothing to say until it is told to. */
  const wake: (() => void)[] = []
  const silent = element('silent', (_o, context) => {
    const ring = context.alloc(64)
    let resolve: (() => void) | undefined
    let said = 0
    wake.push(() => resolve?.())
    return {
      ...note('silent', {}),
      pull: (batch) =>
        new Promise<void>((r) => {
          resolve = () => {
            batch.ring = ring.id
            batch.offset[0] = ring.base
            batch.length[0] = 4
            batch.position[0] = said++
            batch.count = 1
            r()
          }
        }),
      stop: () => {
        made.set('silent', made.get('silent')! - 1)
        resolve?.()
      },
    }
  })
  const count = element(
    'count',
    () => {
      let blocks = 0
      return note('count', {
        process: () => {
          blocks++
          return 1
        },
        finish: () => void calls.push('count finished'),
        counters: () => ({ blocks }),
      })
    },
    'global',
  )
  const fail = element('fail', ({ at }) => {
    if (at === 'create') throw new Error('create')
    let n = 0
    return note('fail', {
      start: () => {
        if (at === 'start') throw new StreamlineError('SL_NO_FILE', 'start')
      },
      process: () => {
        if (at === 'process' && ++n > 3) throw new Error('process')
        return 1
      },
      tick: () => {
        if (at === 'tick') throw new Error('tick')
      },
      finish: () => {
        if (at === 'finish') throw new Error('finish')
      },
    })
  })
  /** Fails by itself, a little later. */
  const later = element('later', (_o, context) => {
    setTimeout(() => context.fail(new Error('later')), 1)
    return () => 1
  })
  const shared = element('shared', () => note('shared', { process: () => 1 }))
  const load = loader({ endless, later, silent, numbers, pass, count, fail, shared, collect: collector(seen) })
  const space = createProcessSpace({ load, arena, generate, log: () => {} })
  return { arena, seen, calls, made, wake, space }
}
export const chain = (...vertices: SpecVertex[]): Spec => ({
  vertices,
  edges: vertices.slice(1).map((_, i) => ({ from: i, to: i + 1 })),
})
export const alone = async (space: Space, made: Map<string, number>, used: number) => {
  expect(await space.census()).toEqual(zero)
  expect([...made.values()].every((n) => n === 0)).toBe(true)
  expect(used).toBe(0)
}
export const counted = async (space: Space, trial: Trial, name: string) =>
  (await space.counters(trial.tx)).vertices[name]!

export const live = { fn: 'silent', state: 'none' } as const
export const state = (fn: string): SpecVertex => ({ fn, state: 'global' })
