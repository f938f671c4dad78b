import type { Compare, Tree } from './tree.js'
import type { Value } from './values.js'

/** A step of a decision that is taken for many programs at once. */
export type Step = { readonly id: number } & (
  | { readonly kind: 'end' }
  /** Programs have come to these outcomes, by number. */
  | { readonly kind: 'found'; readonly found: readonly number[]; readonly next: Step }
  | { readonly kind: 'load'; readonly value: Value; readonly inside: Step; readonly outside: Step }
  | {
      readonly kind: 'test'
      readonly compare: Compare
      readonly left: Value
      readonly right: Value
      readonly yes: Step
      readonly no: Step
    }
  /** By ranges of a value, ascending and without gaps; the first begins at 0. */
  | { readonly kind: 'split'; readonly value: Value; readonly ranges: readonly Range[] }
)
export interface Range {
  /** Up to the next one's first value. */
  readonly first: number
  readonly next: Step
}

/** Where a step can lead. */
export const nextOf = (step: Step): readonly Step[] => {
  switch (step.kind) {
    case 'end':
      return []
    case 'found':
      return [step.next]
    case 'load':
      return [step.inside, step.outside]
    case 'test':
      return [step.yes, step.no]
    default:
      return step.ranges.map(({ next }) => next)
  }
}

/** Programs that have not come to an end, each with where it is. */
export type State = readonly (readonly [program: number, at: Tree])[]
