import type { Accept, Request } from '@netstreamline/core'
import { linkText, Mentions } from './mention.js'

/** Deeper than this is no text for people. */
const DEPTH = 32

/** A branch: its text, and the vertices from which the rest follows. */
interface Branch {
  readonly text: string
  readonly exits: readonly number[]
}

/** Branches side by side. */
type Part = readonly Branch[]

const bracketed = (texts: readonly string[]) => (texts.length > 1 ? `(${texts.join(' | ')})` : texts[0]!)
const exitsOf = (part: Part): readonly number[] => part.flatMap((b) => b.exits)
const isSame = (a: Accept, b: Accept) => a.not === b.not && a.lo === b.lo && a.hi === b.hi

/** Where a vertex leads: all its edges must have one condition. */
interface Way {
  readonly to: readonly number[]
  /** The same for the same `to`. */
  readonly key: string
  readonly accept: Accept
  /** How many edges each of `to` takes in all; undefined where they differ. */
  readonly needs: number | undefined
}

/** A branch waiting for those that join it. */
interface Entry {
  readonly branch: Branch
  /** The same targets for all its exits; undefined where they differ or are none. */
  readonly way: Way | undefined
  /** Exits of this and the branches right below it that go the same way, and how many branches that are. */
  readonly together: number
  readonly size: number
}

/** Writes graphs that branch and join again with brackets, `(a) > ((b) | (c)) > (d)`. */
class Nesting {
  readonly #into: number[]
  /** Undefined: a dead end, or too mixed for brackets. */
  readonly #ways: (Way | undefined)[]
  readonly #mentions: Mentions

  constructor(request: Request) {
    const { vertices, edges, outputs } = request
    this.#mentions = new Mentions(request, new Set())
    this.#into = vertices.map(() => 0)
    const leaving = vertices.map((): { to: number[]; accepts: Accept[] } => ({ to: [], accepts: [] }))
    for (const { from, to, accept } of edges) {
      this.#into[to]!++
      leaving[from]!.to.push(to)
      leaving[from]!.accepts.push(accept)
    }
    for (const { from, accept } of outputs) leaving[from]!.accepts.push(accept)
    this.#ways = leaving.map(({ to, accepts }) => {
      const accept = accepts[0]
      const isClear = accept && accepts.every((a) => isSame(a, accept)) && accepts.length === Math.max(1, to.length)
      if (!isClear) return undefined
      const needs = to.every((v) => this.#into[v] === this.#into[to[0]!]) ? this.#into[to[0] ?? -1] : undefined
      return { to, key: to.join(), accept, needs: to.length === 0 ? 1 : needs }
    })
  }

  print(): string {
    const roots = [...this.#into.keys()].filter((v) => this.#into[v] === 0)
    return this.#fold(roots, 0)
      .map((b) => b.text)
      .join(' | ')
  }

  /** Branches from these vertices in turn; the last few become one as soon as all that leads to a vertex is there. */
  #fold(starts: readonly number[], depth: number): Part {
    const stack: Entry[] = []
    for (const v of starts) {
      let top = this.#entry({ text: this.#mentions.define(v), exits: [v] }, stack.at(-1))
      stack.push(top)
      while (depth < DEPTH && top.way && top.together === top.way.needs) {
        const joined = stack.splice(-top.size).map((e) => e.branch)
        top = this.#entry(this.#goOn(joined, top.way, depth), stack.at(-1))
        stack.push(top)
      }
    }
    return stack.map((e) => e.branch)
  }

  #entry(branch: Branch, below: Entry | undefined): Entry {
    const way = this.#ways[branch.exits[0] ?? -1]
    if (!branch.exits.every((v) => this.#ways[v]?.key === way?.key))
      return { branch, way: undefined, together: 0, size: 1 }
    const alike = below?.way?.key === way?.key ? below : undefined
    return { branch, way, together: branch.exits.length + (alike?.together ?? 0), size: 1 + (alike?.size ?? 0) }
  }

  /** Appends what all exits of branches lead to; by one condition, or each branch by that of its only exit. */
  #goOn(part: Part, { to }: Way, depth: number): Branch {
    const accepts = exitsOf(part).map((v) => this.#ways[v]!.accept)
    const first = accepts[0]!
    const head = accepts.every((a) => isSame(a, first))
      ? `${bracketed(part.map((b) => b.text))} ${linkText(first)}`
      : `${bracketed(part.map((b, i) => `${b.text} ${linkText(accepts[i]!)}`))} >`
    if (to.length === 0) return { text: head, exits: [] }
    const rest = this.#fold(to, depth + 1)
    return { text: `${head} ${bracketed(rest.map((b) => b.text))}`, exits: exitsOf(rest) }
  }
}

/**
 * A text with brackets instead of repeated names. It says the whole request only if the graph nests; the caller makes
 * sure by parsing it.
 */
export const printNested = (request: Request): string => new Nesting(request).print()
