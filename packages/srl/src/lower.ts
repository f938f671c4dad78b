import type { Request } from '@netstreamline/core'
import type { Expression, Link, Sequence } from './ast.js'
import { isEmpty } from './condition.js'
import { fail } from './fail.js'
import { boolean, type Fragment, negated, parallel, series, single } from './fragment.js'
import { type Exit, Graph } from './graph.js'
import { resolveNames } from './names.js'

const isDead = ({ condition }: Exit) => condition !== undefined && isEmpty(condition)

/** Turns abstract syntax, of text or of the builder, into a request. One use, one expression. */
class Lowering {
  readonly #text: string | undefined
  readonly #graph: Graph
  readonly #names: ReturnType<typeof resolveNames>
  readonly #warnings: string[] = []
  #order = 0

  constructor(root: Expression, text: string | undefined) {
    this.#text = text
    this.#graph = new Graph(text)
    this.#names = resolveNames(root, text)
  }

  run(root: Expression): { request: Request; warnings: string[] } {
    const exits = this.#fragment(root).accepted(undefined)
    if (exits.some(isDead)) this.#warnings.push('an output can carry nothing: its conditions contradict each other')
    const request = this.#graph.finish(exits)
    return { request, warnings: [...this.#names.warnings, ...this.#warnings] }
  }

  #fragment(e: Expression): Fragment {
    switch (e.kind) {
      case 'node':
      case 'reference': {
        const definition = this.#names.definition(e)
        const vertex = this.#graph.vertex(definition)
        // A node of the builder may be mentioned more than once; the first place counts.
        if (definition === e && vertex.order === 0) vertex.order = ++this.#order
        return single(vertex)
      }
      case 'not':
        return negated(this.#fragment(e.operand))
      case 'sequence':
        return this.#sequence(e)
      default: {
        const ends: number[] = []
        const fragments = e.operands.map((operand) => {
          const fragment = this.#fragment(operand)
          ends.push(++this.#order)
          return fragment
        })
        const operands = { graph: this.#graph, fragments, ends, end: ++this.#order, span: e.span }
        return e.kind === 'parallel' ? parallel(operands) : boolean(e.kind, operands)
      }
    }
  }

  #sequence({ items, links, trailing }: Sequence): Fragment {
    const fragments = items.map((item) => this.#fragment(item))
    for (const [i, link] of links.entries()) this.#link(fragments[i]!, link, fragments[i + 1]!)
    return series(fragments, [...links.map((l) => l.condition), trailing?.condition])
  }

  #link(from: Fragment, link: Link, to: Fragment): void {
    const exits = from.accepted(link.condition)
    const dead = isEmpty(link.condition) ? 0 : exits.filter(isDead).length
    if (dead === exits.length)
      throw fail('SL_SRL_SYNTAX', 'no block can meet both this condition and that of the group before it', {
        text: this.#text,
        at: link.span,
        hint: 'A condition after a group holds in addition to those inside. For what a group does not hand out write not (…).',
      })
    if (dead > 0)
      this.#warnings.push('an exit of a group carries nothing: the condition after the group contradicts it')
    for (const { vertex, condition } of exits)
      for (const entry of to.entries) this.#graph.connect(vertex, condition!, entry)
  }
}

/**
 * Lowers an expression.
 * @param text the source, for carets
 * @throws SL_SRL_NAME, SL_SRL_CYCLE, SL_SRL_LIMIT (edges), SL_SRL_SYNTAX (conditions that contradict each other)
 */
export const lower = (root: Expression, text?: string): { request: Request; warnings: string[] } =>
  new Lowering(root, text).run(root)
