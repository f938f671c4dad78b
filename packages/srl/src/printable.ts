import type { Accept, OptionValue, Request, Vertex } from '@netstreamline/core'
import { isName } from './characters.js'
import { checkAcyclic } from './cycle.js'
import { fail } from './fail.js'
import { isTag, NAME_HINT, nameFault } from './node.js'

const OF_EVERY_VERTEX: ReadonlySet<string> = new Set(['name', 'space', 'export'])

const isIndex = (n: number, below: number) => Number.isInteger(n) && n >= 0 && n < below

/** An option's value as text, undefined where a bare name says it (`true`). */
export const optionText = (value: OptionValue, where: string): string | undefined => {
  if (value === true) return undefined
  if (!Array.isArray(value)) return String(value)
  const items = value.map(String)
  if (items.some((item) => item.includes(',')))
    throw fail('SL_OPTION', `the list in ${where} has an item with a comma, which text cannot say`, {
      hint: 'Items of a list are separated by commas; keep this request in its JSON form.',
    })
  return items.join(',')
}

/** What keeps a vertex's own options from the grammar. */
const optionFault = ({ options, space }: Vertex): string | undefined => {
  const bad = Object.keys(options).find((name) => !isName(name) || OF_EVERY_VERTEX.has(name))
  return bad !== undefined
    ? `an option cannot be called ${JSON.stringify(bad)}`
    : space === ''
      ? 'space is empty'
      : undefined
}

const acceptFault = ({ lo, hi }: Accept): boolean => !isIndex(lo, 65_536) || !isIndex(hi, 65_536) || lo > hi

/**
 * Makes sure that text can say the request.
 * @throws SL_SRL_NAME, SL_SRL_SYNTAX, SL_SRL_CYCLE
 */
export const checkPrintable = ({ vertices, edges, outputs }: Request): void => {
  if (vertices.length === 0)
    throw fail('SL_SRL_SYNTAX', 'a request without vertices has no text', { hint: 'Add at least one function.' })
  const counts = new Map<string, number>()
  const names = new Set<string>()
  for (const vertex of vertices) {
    const { name, function: fn } = vertex
    const fault = isName(fn) ? optionFault(vertex) : `a function cannot be called ${JSON.stringify(fn)}`
    if (fault !== undefined)
      throw fail('SL_SRL_SYNTAX', fault, { hint: 'A name is a letter, then letters, digits, "_", "-" and ".".' })
    if (nameFault(name, fn) !== undefined) throw fail('SL_SRL_NAME', nameFault(name, fn)!, { hint: NAME_HINT })
    if (names.has(name)) throw fail('SL_SRL_NAME', `two vertices are named ${name}`, { hint: 'Rename one of them.' })
    names.add(name)
    if (!isTag(name, fn)) continue
    const k = (counts.get(fn) ?? 0) + 1
    counts.set(fn, k)
    if (name !== `${fn}#${k}`)
      throw fail('SL_SRL_NAME', `the anonymous vertex ${name} would be ${fn}#${k} in text`, {
        hint: 'Anonymous vertices are counted per function in order; give it a name without "#".',
      })
  }
  const places = [...edges, ...outputs.map((o) => ({ ...o, to: 0 }))]
  if (places.some((e) => !isIndex(e.from, vertices.length) || !isIndex(e.to, vertices.length) || acceptFault(e.accept)))
    throw fail('SL_SRL_SYNTAX', 'an edge leads nowhere or takes no range of 0..65535', {
      hint: 'Edges name vertices by index; lo and hi are integers with 0 ≤ lo ≤ hi ≤ 65535.',
    })
  checkAcyclic({ vertices, edges, outputs })
}
