import type { Plan } from '@netstreamline/core'
import { cut } from '../format.js'
import { table } from '../table.js'
import { safe } from '../terminal.js'
import { callText, chainText, conditionText } from './vertex.js'

const CALL = 80

interface Link {
  readonly condition: string
  readonly to: number
}

/**
 * The graph as text: a chain runs downwards, branches are indented below what they leave. A vertex with several
 * inputs is drawn at the first and pointed to (↑) by the others.
 */
export const graph = ({ vertices, edges }: Plan): string[] => {
  const outs: Link[][] = vertices.map(() => [])
  const fed = new Set<number>()
  for (const { from, to, accept } of edges) {
    outs[from]!.push({ condition: conditionText(accept), to })
    fed.add(to)
  }
  const lines: string[] = []
  const drawn = new Set<number>()
  // A stack instead of recursion: a request may be 65,535 vertices deep.
  interface Turn {
    readonly v: number
    /** Before the vertex itself, and before what is drawn below it. */
    readonly head: string
    readonly rest: string
  }
  const stack: Turn[] = vertices.flatMap((_, v) => (fed.has(v) ? [] : [{ v, head: '', rest: '' }])).reverse()
  for (let turn = stack.pop(); turn; turn = stack.pop()) {
    const { v, head, rest } = turn
    const { vertex } = vertices[v]!
    if (drawn.has(v)) {
      lines.push(`${head}${vertex.name} ↑`)
      continue
    }
    drawn.add(v)
    lines.push(`${head}${vertex.name}  ${cut(callText(vertex), CALL)}`)
    const below = outs[v]!
    if (below.length === 1) {
      stack.push({ v: below[0]!.to, head: `${rest}${below[0]!.condition}> `, rest })
      continue
    }
    const branches = below.map(({ condition, to }, i): Turn => {
      const last = i === below.length - 1
      return { v: to, head: `${rest}${last ? '└' : '├'} ${condition}> `, rest: `${rest}${last ? '  ' : '│ '}` }
    })
    stack.push(...branches.reverse())
  }
  return lines.map(safe)
}

/** Where each vertex runs and why, and what lost. */
export const placement = (plan: Plan): string[] => {
  const rows = plan.vertices.map((placed) => [
    placed.vertex.name,
    placed.space,
    chainText(placed),
    placed.implementation.target,
    placed.implementation.package,
    placed.why.replace(/; translated by .*$/, ''),
  ])
  const lines = table([['node', 'space', 'runs', 'as', 'from', 'why'], ...rows], ['<', '<', '<', '<', '<', '<'])
  const losses = plan.vertices.map(({ lost }) => lost.map(({ space, why }) => `  not ${space}: ${why}`))
  return [lines[0]!, ...plan.vertices.flatMap((_, v) => [lines[v + 1]!, ...losses[v]!])].map(safe)
}

/** What `streamline plan` prints. */
export const planText = (plan: Plan): string => [...graph(plan), '', ...placement(plan), ''].join('\n')
