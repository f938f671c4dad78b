import { type Batch, createBatch } from '@netstreamline/core'
import { BREATH, breathe } from './breath.js'
import { below, type Node } from './node.js'
import { createPortBatch } from './port-batch.js'

/** Blocks that a source hands over at once: enough to amortise the call, few enough to stay in the cache. */
const BATCH = 2048

/** What the driving of a source asks of its space. */
export interface Driver {
  /** Compiles the datapath of the source when the graph has changed; true when it has. */
  prepare(source: Node): boolean
  stopping(source: Node): boolean
  /** Waits for credit, or until the source is told to stop. */
  wait(source: Node, work: Promise<void>): Promise<void>
  /** Waits for blocks. Told to stop meanwhile, the instance is stopped, which ends the wait. */
  pulling(source: Node, work: Promise<void>): Promise<void>
  /** Capture time has advanced. */
  tick(node: Node, source: Node, now: number): void
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

/** What has failed takes everything: it must not hold up those that share its source. */
const creditOf = (node: Node): number => (node.dead ? Number.POSITIVE_INFINITY : node.instance.credit!())

/** Where no plain link counts what a source hands on, it is counted here. */
const count = (source: Node, batch: Batch): void => {
  source.sent[0]! += batch.count
  for (let i = 0; i < batch.count; i++) source.sent[1]! += batch.length[i]!
}

/** Pulls a source in breaths until it ends or is told to. Throws what an FE below threw, with all counters kept. */
export const drive = async (source: Node, driver: Driver): Promise<void> => {
  const batch = source.columns ? createPortBatch(BATCH) : createBatch(BATCH)
  let rested = performance.now()
  let tick = Number.NEGATIVE_INFINITY
  driver.prepare(source)
  let { gates, clocks } = survey(source)
  while (!driver.stopping(source)) {
    if (driver.prepare(source)) ({ gates, clocks } = survey(source))
    const credit = Math.floor(gates.reduce((least, n) => Math.min(least, creditOf(n)), BATCH))
    if (!(credit > 0)) {
      const closed = gates.find((n) => !(creditOf(n) >= 1))
      const ready = closed?.instance.ready?.()
      if (ready) await driver.wait(source, ready)
      await breathe()
      rested = performance.now()
      continue
    }
    batch.count = 0
    batch.limit = credit
    const pulled = source.instance.pull!(batch)
    if (pulled) {
      await driver.pulling(source, pulled)
      if (driver.prepare(source)) ({ gates, clocks } = survey(source))
    }
    if (batch.count > 0) {
      if (!source.plain) count(source, batch)
      source.run!(batch)
      const now = batch.seconds[batch.count - 1]!
      if (clocks.length && !(Math.abs(now - tick) < 1)) {
        tick = now
        for (const n of clocks) driver.tick(n, source, now)
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
