import type { Accept, Edge, Output, Request } from '@netstreamline/core'

const compare = (a: Accept, b: Accept) => Number(a.not) - Number(b.not) || a.lo - b.lo || a.hi - b.hi

/** The sorted list without what is in it twice. */
const distinct = <T>(items: readonly T[], order: (a: T, b: T) => number): T[] =>
  [...items].sort(order).filter((item, i, all) => i === 0 || order(all[i - 1]!, item) !== 0)

/** Edges and outputs are sets: by `from`, then `to`, then accepted classifiers, each once. */
export const canonical = (request: Request): Request => ({
  ...request,
  edges: distinct<Edge>(request.edges, (a, b) => a.from - b.from || a.to - b.to || compare(a.accept, b.accept)),
  outputs: distinct<Output>(request.outputs, (a, b) => a.from - b.from || compare(a.accept, b.accept)),
})
