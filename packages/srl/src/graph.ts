import type { Edge, Output, Request, Vertex } from '@netstreamline/core'
import type { Node, Span } from './ast.js'
import { canonical } from './canonical.js'
import type { Condition } from './condition.js'
import { checkAcyclic } from './cycle.js'
import { fail } from './fail.js'
import { LIMITS, tooManyVertices } from './limits.js'
import { isTag } from './node.js'

/** A vertex being built. Its index is known only when all are, since names may be used before their definition. */
export interface Draft {
  /** Where its definition stands among all constructs, in text order; synthesized ones stand behind their operands. */
  order: number
  readonly function: string
  readonly node?: Node
  readonly span?: Span
  index: number
}

/** A place where blocks leave; `condition` undefined where nothing is said about it yet. */
export interface Exit {
  readonly vertex: Draft
  readonly condition: Condition | undefined
}

/** Collects vertices and edges, then numbers, names and sorts them. */
export class Graph {
  readonly #text: string | undefined
  readonly #drafts: Draft[] = []
  readonly #nodes = new Map<Node, Draft>()
  readonly #edges: { from: Draft; to: Draft; condition: Condition }[] = []
  #edgeCount = 0

  constructor(text: string | undefined) {
    this.#text = text
  }

  /** The vertex of a definition; made at the first mention, which may come before the definition. */
  vertex(node: Node): Draft {
    let draft = this.#nodes.get(node)
    if (draft === undefined) {
      draft = this.#add({ order: 0, function: node.function, node, span: node.span, index: 0 })
      this.#nodes.set(node, draft)
    }
    return draft
  }

  /** A vertex that no text names: `union`, `intersection`. */
  synthesize(fn: 'union' | 'intersection', order: number, span: Span | undefined): Draft {
    return this.#add({ order, function: fn, span, index: 0 })
  }

  #add(draft: Draft): Draft {
    if (this.#drafts.length >= LIMITS.vertices) throw tooManyVertices(this.#text, draft.span?.[0])
    this.#drafts.push(draft)
    return draft
  }

  /** Edges from an exit, whose condition is known by now, to a vertex; one for each range. */
  connect(from: Draft, condition: Condition, to: Draft): void {
    this.#edgeCount += condition.accepts.length
    if (this.#edgeCount > LIMITS.edges)
      throw fail('SL_SRL_LIMIT', `the request has more than ${LIMITS.edges} edges`, {
        text: this.#text,
        at: to.span,
        hint: 'A group of many exits before a group of many entries multiplies; put one vertex, such as (union), between.',
      })
    this.#edges.push({ from, to, condition })
  }

  /** @throws SL_SRL_CYCLE, SL_SRL_NAME */
  finish(exits: readonly Exit[]): Request {
    const drafts = this.#drafts
    // Creation breaks ties: a construct may synthesize several vertices, in the order of their use.
    drafts.sort((a, b) => a.order - b.order)
    const count = new Map<string, number>()
    const vertices = drafts.map((draft, index) => {
      draft.index = index
      return this.#vertex(draft, count)
    })
    const edges: Edge[] = this.#edges.flatMap(({ from, to, condition }) =>
      condition.accepts.map((accept) => ({ from: from.index, to: to.index, accept })),
    )
    const outputs: Output[] = exits.flatMap(({ vertex, condition }) =>
      (condition?.accepts ?? []).map((accept) => ({ from: vertex.index, accept })),
    )
    const request = canonical({ vertices, edges, outputs, ...(this.#text === undefined ? {} : { text: this.#text }) })
    checkAcyclic(request)
    return request
  }

  #vertex({ function: fn, node, span }: Draft, count: Map<string, number>): Vertex {
    let name = node?.name
    if (name === undefined || isTag(name, fn)) {
      const k = (count.get(fn) ?? 0) + 1
      count.set(fn, k)
      if (name !== undefined && name !== `${fn}#${k}`)
        throw fail('SL_SRL_NAME', `the anonymous vertex here is ${fn}#${k}, not ${name}`, {
          text: this.#text,
          at: node?.nameSpan ?? span,
          hint: `Choose a name without "#", or write name="${fn}#${k}" wherever this vertex is meant.`,
        })
      name = `${fn}#${k}`
    }
    return {
      name,
      function: fn,
      // Names of options begin with a letter, so none can touch the prototype.
      options: Object.fromEntries(node?.options ?? []),
      ...(node?.space === undefined ? {} : { space: node.space }),
      ...(node?.export ? { export: true } : {}),
      ...(span === undefined ? {} : { span }),
    }
  }
}
