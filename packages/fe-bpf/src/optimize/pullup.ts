import { A_ATOM, type Block, type Edge, retarget, target } from './graph.js'

/** Lets an edge lead elsewhere and keeps the sets of incoming edges right. */
const redirect = (e: Edge, to: Block): void => {
  target(e)!.inEdges.delete(e)
  retarget(e, to)
  to.inEdges.add(e)
}

/** The value of A on all ways that lead to `b`; undefined when they differ or there are none. */
const entryValue = (b: Block): number | undefined => {
  let value: number | undefined
  for (const { from } of b.inEdges) {
    if (value !== undefined && from.values[A_ATOM] !== value) return undefined
    value = from.values[A_ATOM]
  }
  return value
}

/** A sequence of comparisons: each goes on along one branch to the next, and out along the other to the same block. */
class Chain {
  constructor(
    private readonly along: 'jt' | 'jf',
    private readonly head: Block,
  ) {}

  private get out(): 'jt' | 'jf' {
    return this.along === 'jt' ? 'jf' : 'jt'
  }

  /** Blocks inside the chain have one way in each, so nobody else sees what happens there. */
  has(at: Block | undefined): at is Block {
    return at?.jt !== undefined && at[this.out] === this.head[this.out] && (at === this.head || at.inEdges.size === 1)
  }

  edge(at: Block): Edge {
    return this.along === 'jt' ? at.whenTrue : at.whenFalse
  }

  next(at: Block): Block | undefined {
    return at[this.along]
  }

  /** A longer chain does the same work: the block before belongs to it and loads the same value. */
  continued(value: number): boolean {
    const [way] = this.head.inEdges
    const before = way!.from
    const joined = this.head.inEdges.size === 1 && target(this.edge(before)) === this.head && before.jt !== before.jf
    const same = before[this.out] === this.head[this.out] && this.head.values[A_ATOM] === value
    return joined && same && entryValue(before) === value
  }
}

/**
 * In a chain of comparisons joined by `or` (`along` is jf) or by `and` (jt), those of the value that A had before the
 * chain are pulled up in front of those that need another one: fewer loads. Nothing is pulled past what can reject
 * the packet. Returns whether the graph changed.
 */
export const pullUp = (b: Block, along: 'jt' | 'jf'): boolean => {
  const value = entryValue(b)
  const chain = new Chain(along, b)
  if (value === undefined || chain.continued(value)) return false
  let top: Block | undefined = b
  while (chain.has(top) && top.values[A_ATOM] === value) top = chain.next(top)
  if (!chain.has(top) || top.rejects) return false
  let changed = false
  for (let last = top; ; ) {
    const next = chain.next(last)
    if (!chain.has(next)) return changed
    if (next.extra) return changed
    if (next.values[A_ATOM] !== value) {
      if (next.rejects) return changed
      last = next
      continue
    }
    const before = [...top.inEdges]
    redirect(chain.edge(last), chain.next(next)!)
    redirect(chain.edge(next), top)
    for (const e of before) redirect(e, next)
    changed = true
  }
}
