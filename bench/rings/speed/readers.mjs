// One writer, eight readers.
import { RING, warmFor } from '../figures/readers.mjs'
import { twoProcessors } from '../lib/machine.mjs'
import { runC } from '../lib/peers.mjs'
import { ratio } from '../lib/rounds.mjs'
import { measure } from '../lib/speed.mjs'
import { median } from '../lib/stats.mjs'
import { ours, rateOf, writerCpu } from '../lib/transfers.mjs'

export const title = 'blocks of 1 KB to eight readers'

const READERS = 8

/** Readers on the other processor only, or on both of them. */
const places = ([first, second]) => ({
  other: [first, second],
  both: [first, ...Array(READERS / 2).fill(second), ...Array(READERS / 2).fill(first)],
})

export const run = async ({ quick }) => {
  const base = { bytes: 1024, readers: READERS, ring: RING, take: 'peek', seconds: quick ? 0.05 : 0.4 }
  const { other, both } = places(twoProcessors())
  const ring = (cpus, readers = READERS) => {
    const result = ours({ ...base, cpus, readers, warm: warmFor(readers, quick) })
    return { value: rateOf(result), cpu: writerCpu(result) }
  }
  const byHand = (cpus) => rateOf(runC('ring', { ...base, cpus, commit: 'length', peek: 1, warm: 0.1 }))
  const pipes = (cpus) => {
    const result = runC('stream', { ...base, cpus, way: 'pipe', warm: 0.1 })
    return { value: rateOf(result), cpu: writerCpu(result) }
  }
  const m = await measure(
    {
      one: () => ring(other, 1),
      eight: () => ring(other),
      pipes: () => pipes(other),
      eightOnBoth: () => ring(both),
      pipesOnBoth: () => pipes(both),
      byHandOnBoth: () => byHand(both),
    },
    { quick },
  )
  const cpu = (name) => m.results[name].map((r) => r.cpu)
  const own = (name, what) => ({ what, unit: 'ns/block', value: median(cpu(name)) })
  const times = (a, b, what, bounds) => {
    const { median: value, interval } = ratio(cpu(a), cpu(b))
    return { what, value, interval, ...bounds }
  }
  return {
    pairs: m.kept,
    figures: [
      own('one', "the writer's processor, 1 reader"),
      own('eight', "the writer's processor, 8 readers"),
      own('pipes', "the writer's processor, 8 pipes"),
      times('eight', 'one', "the writer's processor, 8 readers : 1 reader", { limit: 2 }),
      times('pipes', 'eight', "the writer's processor, 8 pipes : 8 readers"),
      m.value('eight', '8 readers on the other processor: our ring', 'M blocks/s', 1e-6),
      m.value('pipes', '8 readers on the other processor: 8 pipes', 'M blocks/s', 1e-6),
      m.quotient('eight', 'pipes', '8 readers on the other processor: ours : pipes'),
      m.value('eightOnBoth', '8 readers on both processors: our ring', 'M blocks/s', 1e-6),
      m.value('byHandOnBoth', '8 readers on both processors: ring in C', 'M blocks/s', 1e-6),
      m.value('pipesOnBoth', '8 readers on both processors: 8 pipes', 'M blocks/s', 1e-6),
      m.quotient('eightOnBoth', 'pipesOnBoth', '8 readers on both processors: ours : pipes', { least: 100 }),
      m.quotient('byHandOnBoth', 'pipesOnBoth', '8 readers on both processors: ring in C : pipes'),
      m.distance(),
    ],
  }
}
