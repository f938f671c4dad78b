import type { Block, Context } from '@netstreamline/core'
import type { Clash } from './hole.js'
import type { Output } from './output.js'
import type { Settings } from './settings.js'

/** Overlaps, and what is said about those whose bytes differ. */
export class Conflicts {
  /** Segments' parts that held bytes which another had brought. */
  overlaps = 0
  /** Those that differed, and in how many bytes. */
  conflicts = 0
  conflictBytes = 0
  /** Takes note of an overlap of the direction that {@link look} has named. */
  readonly clash: Clash
  #d = 0
  #block: Block | undefined

  constructor(context: Context, output: Output, { policy, conflicts }: Settings) {
    this.clash = (length, differing, place, { kept }, isNew) => {
      this.overlaps++
      if (differing === 0) return
      if (this.conflicts++ === 0) {
        const who = output.nameOf(this.#d)
        context.log(
          `${context.name}: overlapping segments of ${who} differ; kept by policy '${policy}'. Further ones are counted.`,
        )
      }
      this.conflictBytes += differing
      if (!conflicts) return
      if (isNew) output.loser(this.#d, place, length, kept.held.offset, kept.held.offset + kept.l4, kept)
      else output.loser(this.#d, place, length, this.#block!.l3, this.#block!.l4)
    }
  }

  /** The packet in hand is a segment of direction `d`. */
  look(block: Block, d: number): void {
    this.#d = d
    this.#block = block
  }
}
