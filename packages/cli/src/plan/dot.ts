import type { Placed, Plan } from '@netstreamline/core'
import { cut, wrap } from '../format.js'
import { safe } from '../terminal.js'
import { callText, chainText, conditionText } from './vertex.js'

/** Characters of a line in a box. */
const LINE = 38
/** Longest call that is shown. */
const CALL = 120

/** A string of the DOT language. Control characters would end up in the drawing. */
const quoted = (text: string): string => `"${safe(text).replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`

/** Text in an HTML-like label. */
const html = (text: string): string =>
  safe(text).replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!)

/** Long text in lines, broken at commas and blanks. */
const lines = (text: string): string =>
  wrap(
    cut(text, CALL)
      .replaceAll(',', ',\u200b')
      .split(/[\u200b\s]+/),
    LINE,
  )
    .flatMap((line) => line.match(new RegExp(`.{1,${LINE}}`, 'gu')) ?? [])
    .map(html)
    .join('<BR/>')

const small = (text: string): string => `<BR/><FONT POINT-SIZE="10" COLOR="#555555">${text}</FONT>`

const box = (placed: Placed): string => {
  const { vertex, why, implementation, chain } = placed
  const name = `<B>${html(vertex.name)}</B><BR/>${lines(callText(vertex))}`
  const via = chain.length ? small(html(chainText(placed))) : ''
  return `${name}${via}${small(lines(why.replace(/; translated by .*$/, '')))}${small(html(implementation.package))}`
}

/** The plan in the DOT language of Graphviz: a cluster for each space, edges with their conditions. */
export const dot = (plan: Plan): string => {
  const spaces = [...new Set(plan.vertices.map((placed) => placed.space))]
  const out = [
    'digraph plan {',
    '  graph [rankdir=TB, fontname="Helvetica", fontsize=13, nodesep=0.35, ranksep=0.45, pad=0.2, bgcolor="white"]',
    '  node [shape=box, style="rounded,filled", fillcolor="white", color="#4a6fa5", fontname="Helvetica", fontsize=12, margin="0.18,0.1"]',
    '  edge [fontname="Helvetica", fontsize=11, color="#333333"]',
  ]
  for (const [s, space] of spaces.entries()) {
    out.push(
      `  subgraph cluster_${s} {`,
      `    label=${quoted(`space ${space}`)}; labeljust=l; style="rounded,filled"; color="#b8c4d6"; fillcolor="#eef2f8"`,
    )
    for (const [v, placed] of plan.vertices.entries()) {
      if (placed.space === space)
        out.push(`    n${v} [label=<${box(placed)}>, tooltip=${quoted(callText(placed.vertex))}]`)
    }
    out.push('  }')
  }
  for (const { from, to, accept } of plan.edges) {
    const condition = conditionText(accept)
    out.push(`  n${from} -> n${to}${condition ? ` [label=${quoted(` ${condition}`)}]` : ''}`)
  }
  return `${out.join('\n')}\n}\n`
}
