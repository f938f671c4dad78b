import type { Request } from '@netstreamline/core'
import { canonical } from './canonical.js'
import { printFlat } from './flat.js'
import { printNested } from './nested.js'
import { parse } from './parse.js'
import { checkPrintable, optionText } from './printable.js'

/** All that a text says, for comparison. */
const content = (request: Request): string => {
  const { vertices, edges, outputs } = canonical(request)
  const said = vertices.map((v) => [
    v.name,
    v.function,
    Object.entries(v.options).map(([name, value]) => [name, optionText(value, name) ?? null]),
    v.space ?? null,
    v.export ?? false,
  ])
  return JSON.stringify([said, edges, outputs])
}

const nests = (text: string, request: Request): boolean => {
  try {
    return content(parse(text)) === content(request)
  } catch {
    return false
  }
}

/**
 * The text of a request: parsing it gives the same vertices, edges and outputs (in canonical order; spans and text
 * apart). Numbers, `false` and lists among the options come back as text, which the function's schema types again.
 * @throws SL_SRL_SYNTAX, SL_SRL_NAME, SL_OPTION what no text can say: no vertex at all, a name outside the grammar, a
 *   misnumbered anonymous vertex, a list item with a comma
 * @throws SL_SRL_CYCLE data would go round
 */
export const print = (request: Request): string => {
  checkPrintable(request)
  const sorted = canonical(request)
  const flat = printFlat(sorted)
  if (!flat.includes(' | ')) return flat
  const nested = printNested(sorted)
  return nests(nested, sorted) ? nested : flat
}
