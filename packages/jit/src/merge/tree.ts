import type { Value } from './values.js'

/** What a program says of a block in the end. */
export interface Outcome {
  /** 1..65535; 0 is the rejection, of which there is one. */
  readonly classifier: number
  /** What the window is cut to; Infinity: not at all. */
  readonly trim: number
}

/** How two values are compared. Everything else is one of these with its ends exchanged. */
export type Compare = 'equal' | 'less' | 'common'

/**
 * A program as a graph of decisions: what it looks at, and where it goes from there. Equal ones are one object,
 * whatever program they come from.
 */
export type Tree = { readonly id: number } & (
  | { readonly kind: 'leaf'; readonly outcome: Outcome }
  /** The value is loaded; outside the window it goes elsewhere. */
  | { readonly kind: 'load'; readonly value: Value; readonly inside: Tree; readonly outside: Tree }
  | {
      readonly kind: 'test'
      readonly compare: Compare
      readonly left: Value
      readonly right: Value
      readonly yes: Tree
      readonly no: Tree
    }
)

/** All trees of programs that are looked at together. */
export class Trees {
  readonly #known = new Map<string, Tree>()
  readonly reject: Tree = this.leaf({ classifier: 0, trim: Number.POSITIVE_INFINITY })
  get size(): number {
    return this.#known.size
  }
  #intern(key: string, make: (id: number) => Tree): Tree {
    const known = this.#known.get(key)
    if (known) return known
    const made = make(this.#known.size)
    this.#known.set(key, made)
    return made
  }
  leaf(outcome: Outcome): Tree {
    const { classifier, trim } = outcome
    if (classifier === 0 && this.reject) return this.reject
    return this.#intern(`${classifier},${trim}`, (id) => ({ id, kind: 'leaf', outcome }))
  }
  load(value: Value, inside: Tree, outside: Tree): Tree {
    if (inside === outside) return inside
    const key = `l${value.id},${inside.id},${outside.id}`
    return this.#intern(key, (id) => ({ id, kind: 'load', value, inside, outside }))
  }
  test(compare: Compare, left: Value, right: Value, yes: Tree, no: Tree): Tree {
    if (yes === no) return yes
    const key = `${compare},${left.id},${right.id},${yes.id},${no.id}`
    return this.#intern(key, (id) => ({ id, kind: 'test', compare, left, right, yes, no }))
  }
}

/** Where a tree can go. */
export const branches = (t: Tree): readonly Tree[] =>
  t.kind === 'leaf' ? [] : t.kind === 'load' ? [t.inside, t.outside] : [t.yes, t.no]
