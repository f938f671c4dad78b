import type { Accept, Edge, Request } from '@netstreamline/core'
import { linkText, Mentions } from './mention.js'

/** One branch: vertices by index, what stands between them, and the trailing edge. */
interface Branch {
  readonly items: number[]
  readonly links: Accept[]
  trailing?: Accept
}

/** Covers the edges of a graph with branches in which vertices are first met in the order of their indices. */
class Cover {
  readonly branches: Branch[] = []
  readonly #into: Edge[][]
  readonly #out: Edge[][]
  readonly #outputs: Accept[][]
  readonly #used = new Set<Edge>()
  #open: Branch | undefined

  constructor({ vertices, edges, outputs }: Request) {
    this.#into = vertices.map(() => [])
    this.#out = vertices.map(() => [])
    this.#outputs = vertices.map(() => [])
    for (const edge of edges) {
      this.#into[edge.to]!.push(edge)
      this.#out[edge.from]!.push(edge)
    }
    // Taken from the end, so that each edge is looked at once.
    for (const list of this.#out) list.reverse()
    for (const { from, accept } of outputs) this.#outputs[from]!.push(accept)
    for (const v of vertices.keys()) this.#define(v)
    this.#close()
    for (const v of vertices.keys()) while (this.#begin(v)) this.#close()
  }

  #define(v: number): void {
    const tail = this.#open?.items.at(-1)
    const free = this.#into[v]!.filter((e) => !this.#used.has(e) && e.from < v)
    const edge = free.find((e) => e.from === tail) ?? free[0]
    if (edge === undefined || edge.from !== tail) {
      this.#close(v)
      this.#open = { items: edge === undefined ? [v] : [edge.from], links: [] }
      this.branches.push(this.#open)
    }
    if (edge !== undefined) this.#follow(edge)
  }

  #follow(edge: Edge): void {
    this.#used.add(edge)
    this.#open!.items.push(edge.to)
    this.#open!.links.push(edge.accept)
  }

  /** The next edge out of v that no branch has, to a vertex met before. */
  #next(v: number, below: number): Edge | undefined {
    const list = this.#out[v]!
    while (list.length > 0 && this.#used.has(list.at(-1)!)) list.pop()
    const edge = list.at(-1)
    return edge !== undefined && edge.to < below ? edge : undefined
  }

  /** Ends the open branch, once it has gone on over vertices that are known (index below `below`) as far as it can. */
  #close(below = Number.POSITIVE_INFINITY): void {
    if (this.#open === undefined) return
    for (let e = this.#next(this.#open.items.at(-1)!, below); e; e = this.#next(e.to, below)) this.#follow(e)
    this.#open.trailing = this.#outputs[this.#open.items.at(-1)!]!.pop()
    this.#open = undefined
  }

  /** A branch from v for what is left of it. */
  #begin(v: number): boolean {
    if (this.#next(v, Number.POSITIVE_INFINITY) === undefined && this.#outputs[v]!.length === 0) return false
    this.#open = { items: [v], links: [] }
    this.branches.push(this.#open)
    return true
  }
}

/** Any graph as branches side by side, in which vertices of several branches are referred to by name. */
export const printFlat = (request: Request): string => {
  const { branches } = new Cover(request)
  const seen = new Set<number>()
  const often = new Set<number>()
  for (const { items } of branches) for (const v of items) (seen.has(v) ? often : seen).add(v)
  const mentions = new Mentions(request, often)
  const defined = new Set<number>()
  const item = (v: number) => {
    if (defined.has(v)) return mentions.refer(v)
    defined.add(v)
    return mentions.define(v)
  }
  return branches
    .map(({ items, links, trailing }) => {
      const steps = items.map((v, i) => (i === 0 ? item(v) : `${linkText(links[i - 1]!)} ${item(v)}`))
      return [...steps, ...(trailing ? [linkText(trailing)] : [])].join(' ')
    })
    .join(' | ')
}
