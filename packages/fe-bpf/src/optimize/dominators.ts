import type { Block, Edge } from './graph.js'
import { target } from './graph.js'

interface Numbered {
  enter: number
  leave: number
}

/** A tree that is built from the root: nodes get a parent, then all get their interval. */
class Tree<T extends Numbered> {
  private readonly parent = new Map<T, T | undefined>()
  private readonly depth = new Map<T, number>()
  private readonly children = new Map<T | undefined, T[]>()

  add(node: T, parent: T | undefined): void {
    this.parent.set(node, parent)
    this.depth.set(node, parent ? this.depth.get(parent)! + 1 : 0)
    const siblings = this.children.get(parent)
    if (siblings) siblings.push(node)
    else this.children.set(parent, [node])
  }

  /** The nearest node above both, or one of them; undefined when they have none in common. */
  common(a: T | undefined, b: T | undefined): T | undefined {
    while (a !== b) {
      if (!a || !b) return undefined
      const da = this.depth.get(a)!
      const db = this.depth.get(b)!
      if (da >= db) a = this.parent.get(a)
      if (db >= da) b = this.parent.get(b)
    }
    return a
  }

  number(): void {
    let clock = 0
    const stack: { node: T | undefined; next: number }[] = [{ node: undefined, next: 0 }]
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const child = this.children.get(top.node)?.[top.next++]
      if (child) {
        child.enter = ++clock
        stack.push({ node: child, next: 0 })
      } else {
        if (top.node) top.node.leave = ++clock
        stack.pop()
      }
    }
  }
}

/** Does every way to `b` lead over `a`, or is it `a`? */
export const dominates = (a: Numbered, b: Numbered): boolean => a.enter <= b.enter && b.leave <= a.leave

/**
 * Dominators of edges, as intervals of their tree (no set per edge: memory stays linear): which branch outcomes are
 * known on an edge. `order` holds the reachable blocks, each after all that lead to it.
 */
export const numberEdgeDominators = (order: readonly Block[]): void => {
  const tree = new Tree<Edge>()
  const nearest = new Map<Block, Edge | undefined>()
  for (const b of order) {
    for (const e of [b.whenTrue, b.whenFalse]) {
      const next = target(e)
      if (!next) continue
      e.parent = nearest.get(b)
      tree.add(e, e.parent)
      // Returns lead nowhere: what is known there, from very many ways, is of no use.
      if (next.jt) nearest.set(next, nearest.has(next) ? tree.common(nearest.get(next), e) : e)
    }
  }
  tree.number()
}
