import type { OptionValue } from '@netstreamline/core'
import { childrenOf, type Expression, type Node } from './ast.js'
import { isName } from './characters.js'
import { fail } from './fail.js'
import { LIMITS } from './limits.js'
import { NAME_HINT, nameFault } from './node.js'

/** What every vertex may have beside its function's options. */
export interface VertexOptions {
  /** For `ref()`, file I/O and what users see; a name of the grammar. */
  readonly name?: string
  /** The space it is pinned to. */
  readonly space?: string
  /** Its output can be read from outside under its name. */
  readonly export?: boolean
}

const isScalar = (v: unknown): v is string | number =>
  typeof v === 'string' || (typeof v === 'number' && !Number.isNaN(v))

const isOption = (v: unknown): v is OptionValue =>
  typeof v === 'boolean' || isScalar(v) || (Array.isArray(v) && v.every(isScalar))

/** Options of every vertex would be lost among those of the function. */
const KEPT = new Set(['name', 'space', 'export'])

/** A node as text would have made it, checked, since calls can say what no text can. */
export const makeBuilderNode = (fn: string, given: object, vertex: VertexOptions): Node => {
  if (typeof fn !== 'string' || !isName(fn))
    throw fail('SL_SRL_NAME', `${JSON.stringify(fn)} cannot name a function`, { hint: NAME_HINT })
  const options: [string, OptionValue][] = []
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue
    if (!isName(name)) throw fail('SL_SRL_NAME', `${JSON.stringify(name)} cannot name an option`, { hint: NAME_HINT })
    if (KEPT.has(name))
      throw fail('SL_OPTION', `${name} is no option of ${fn} but of its vertex`, {
        hint: `Give it in the third argument: fe('${fn}', {…}, { ${name}: … }).`,
      })
    if (!isOption(value))
      throw fail('SL_OPTION', `option ${name} of ${fn} has a value of a kind that options cannot have`, {
        hint: 'Options are text, numbers, booleans, or lists of text and numbers.',
      })
    options.push([name, Array.isArray(value) ? [...value] : value])
  }
  const { name, space } = vertex
  if (name !== undefined && nameFault(name, fn) !== undefined)
    throw fail('SL_SRL_NAME', nameFault(name, fn)!, { hint: NAME_HINT })
  if (space !== undefined && (typeof space !== 'string' || space === ''))
    throw fail('SL_SRL_SYNTAX', 'space is not the name of a space', { hint: "Name one: { space: 'process' }." })
  return { kind: 'node', function: fn, options, name, space, ...(vertex.export ? { export: true } : {}) }
}

/** Bounds on what calls have built, which `lower` trusts. @throws SL_SRL_LIMIT */
export const checkExpression = (root: Expression): void => {
  const stack: [Expression, number][] = [[root, 1]]
  let size = 0
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const [e, depth] = top
    // Parts may be shared, so a small structure can stand for a huge expression.
    if (depth > LIMITS.nesting || ++size > LIMITS.text)
      throw fail(
        'SL_SRL_LIMIT',
        depth > LIMITS.nesting ? `nested deeper than ${LIMITS.nesting}` : 'more parts than a text could have',
        {
          hint: 'Split the request, or name inner parts and refer to them with ref().',
        },
      )
    for (const child of childrenOf(e)) stack.push([child, depth + 1])
  }
}
