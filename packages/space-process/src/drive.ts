import { createBatch } from '@netstreamline/core'
import { BREATH, breathe } from './breath.js'
import { below, type Node } from './node.js'

/** Blocks that a source hands over at once: enough to amortise the call, few enough to stay in the cache. */
const BATCH = 2048

/** What the driving of a source asks of its space. */
export interface Driver {
  /** Compiles the datapath of the source when the graph has changed; true when it has. */
  prepare(source: Node): boolean
  stopping(source: Node): boolean
  /** Between two breaths: nothing runs. */
  pause(): void
}

/** FEs below that limit what may be pulled, and those that want to know the time. */
const survey = (source: Node) => {
  const nodes = below(source)
  return {
    gates: nodes.filter((n) => n.instance.credit !== undefined),
    clocks: nodes.filter((n) => n.instance.tick !== undefined),
  }
}

/** Pulls a source in breaths until it ends or is told to. Throws what an FE below threw, with all counters kept. */
export const drive = async (source: Node, driver: Driver): Promise<void> => {
  const batch = createBatch(BATCH)
  let rested = performance.now()
  let tick = Number.NEGATIVE_INFINITY
  let { gates, clocks } = survey(source)
  while (!driver.stopping(source)) {
    if (driver.prepare(source)) ({ gates, clocks } = survey(source))
    const credit = gates.reduce((least, n) => Math.min(least, n.instance.credit!()), BATCH)
    if (credit <= 0) {
      const closed = gates.find((n) => n.instance.credit!() <= 0)
      await closed?.instance.ready?.()
      await breathe()
      rested = performance.now()
      continue
    }
    batch.count = 0
    batch.limit = credit
    const pulled = source.instance.pull!(batch)
    if (pulled) {
      await pulled
      if (driver.prepare(source)) ({ gates, clocks } = survey(source))
    }
    if (batch.count > 0) {
      source.sent[0]! += batch.count
      source.run!(batch)
      const now = batch.seconds[batch.count - 1]!
      if (clocks.length && !(Math.abs(now - tick) < 1)) {
        tick = now
        for (const n of clocks) n.instance.tick!(now)
      }
    }
    driver.pause()
    if (batch.end) return
    if (performance.now() - rested > BREATH) {
      await breathe()
      rested = performance.now()
    }
  }
}
