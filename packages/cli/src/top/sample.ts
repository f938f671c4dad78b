import { isStreamlineError } from '@netstreamline/core'
import type { RingReport } from '@netstreamline/rings'
import type { RingObserver } from '@netstreamline/rings/node'

/** One ring at one moment; rates since the moment before, undefined at the first. */
export interface Sample {
  readonly name: string
  /** Alive, or why there is nothing to see. */
  readonly state: 'alive' | 'stale' | 'denied' | 'gone' | 'broken'
  readonly report?: RingReport
  readonly blocksPerSecond?: number
  readonly bytesPerSecond?: number
}

interface Before {
  readonly at: number
  readonly published: number
  readonly bytes: number
}

/** Looks at rings, each by one mapping that stays. */
export class Sampler {
  private readonly observers = new Map<string, RingObserver>()
  private readonly before = new Map<string, Before>()
  private readonly rings: typeof import('@netstreamline/rings/node')

  constructor(rings: typeof import('@netstreamline/rings/node')) {
    this.rings = rings
  }

  /** All rings there are, by name. @throws SL_RING_NATIVE, SL_RING_ACCESS */
  look(): Sample[] {
    const listed = this.rings.listSharedRings().sort((a, b) => (a.name < b.name ? -1 : 1))
    for (const name of this.observers.keys()) if (!listed.some((ring) => ring.name === name)) this.drop(name)
    return listed.map(({ name, state }) => {
      if (state === 'alive') return this.one(name)
      this.drop(name)
      return { name, state }
    })
  }

  close(): void {
    for (const name of [...this.observers.keys()]) this.drop(name)
  }

  private one(name: string): Sample {
    try {
      let observer = this.observers.get(name)
      if (observer?.isGone) {
        this.drop(name)
        observer = undefined
      }
      observer ??= this.rings.observeSharedRing(name)
      this.observers.set(name, observer)
      return this.rated(name, observer.report())
    } catch (error) {
      if (!isStreamlineError(error)) throw error
      this.drop(name)
      return {
        name,
        state: error.code === 'SL_RING_ACCESS' ? 'denied' : error.code === 'SL_RING_NAME' ? 'gone' : 'broken',
      }
    }
  }

  private rated(name: string, report: RingReport): Sample {
    const { published, bytes } = report.counters
    const at = performance.now()
    const before = this.before.get(name)
    this.before.set(name, { at, published, bytes })
    if (before === undefined) return { name, state: 'alive', report }
    const rate = (now: number, then: number): number => Math.max(0, ((now - then) * 1000) / (at - before.at))
    const blocksPerSecond = rate(published, before.published)
    return { name, state: 'alive', report, blocksPerSecond, bytesPerSecond: rate(bytes, before.bytes) }
  }

  private drop(name: string): void {
    this.observers.get(name)?.close()
    this.observers.delete(name)
    this.before.delete(name)
  }
}
