import type { OptionValue } from '@netstreamline/core'
import type { Node } from './ast.js'
import { isName } from './characters.js'
import { fail } from './fail.js'
import type { Token } from './lexical.js'

/** `name`, `name=value` as they stand in a text. */
export interface NodeOption {
  readonly name: Token<string>
  readonly value: Token<string> | undefined
}

/** `function#k`: what anonymous vertices are called. Group 1 is the function. */
const TAG = /^(.+)#([1-9][0-9]{0,4})$/

/** Is this the name of an anonymous vertex of the function? */
export const isTag = (name: string, fn: string): boolean => TAG.exec(name)?.[1] === fn

/** Says what is wrong with a vertex's name, or undefined. */
export const nameFault = (name: string, fn: string): string | undefined => {
  if (isName(name) || isTag(name, fn)) return undefined
  return `${JSON.stringify(name)} cannot name a vertex`
}

/** The fix for {@link nameFault}. */
export const NAME_HINT =
  'A name is a letter, then letters, digits, "_", "-" and "."; and, or, not are reserved, and function#number is for anonymous vertices.'

/** A node from its tokens: the options of every vertex (`name`, `space`, `export`) apart from the function's own. */
export const makeNode = (text: string, fn: Token<string>, options: readonly NodeOption[]): Node => {
  const seen = new Set<string>()
  const own: [string, OptionValue][] = []
  const vertex: { name?: string; space?: string; export?: boolean; nameSpan?: [number, number] } = {}
  for (const { name, value } of options) {
    const at: [number, number] = [name.from, (value ?? name).to]
    if (seen.has(name.value))
      throw fail('SL_SRL_SYNTAX', `option ${name.value} of ${fn.value} is given twice`, {
        text,
        at,
        hint: 'Take one of the two out.',
      })
    seen.add(name.value)
    if (name.value === 'name') {
      if (value === undefined || nameFault(value.value, fn.value) !== undefined)
        throw fail('SL_SRL_NAME', value ? nameFault(value.value, fn.value)! : 'name= without a name', {
          text,
          at,
          hint: NAME_HINT,
        })
      vertex.name = value.value
      vertex.nameSpan = [value.from, value.to]
    } else if (name.value === 'space') {
      if (!value?.value)
        throw fail('SL_SRL_SYNTAX', 'space= without the name of a space', {
          text,
          at,
          hint: 'Name the space that the vertex is pinned to: space=process.',
        })
      vertex.space = value.value
    } else if (name.value === 'export') {
      const given = value?.value ?? 'true'
      if (given !== 'true' && given !== 'false')
        throw fail('SL_SRL_SYNTAX', 'export is on or off', { text, at, hint: 'Write export, or leave it out.' })
      if (given === 'true') vertex.export = true
    } else own.push([name.value, value?.value ?? true])
  }
  return { kind: 'node', function: fn.value, options: own, ...vertex, bare: options.length === 0 }
}
