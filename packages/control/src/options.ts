import type { FunctionMeta, OptionsSchema, OptionValue, Vertex } from '@netstreamline/core'
import { StreamlineError } from '@netstreamline/core'
import { coerce, shown, violation } from './coerce.js'
import { didYouMean, suggest } from './suggest.js'

type Values = Record<string, OptionValue>
type Facts = Record<string, unknown>

/** What the options of a function look like, for a hint: `path (required), loop, …`. */
const list = ({ properties, required = [] }: OptionsSchema): string => {
  const names = Object.keys(properties).map((name) => (required.includes(name) ? `${name} (required)` : name))
  return names.length ? `its options are ${names.join(', ')}` : 'it takes no options'
}

const unknown = (fn: FunctionMeta, schema: OptionsSchema, option: string, facts: Facts): StreamlineError => {
  const suggestions = suggest(option, Object.keys(schema.properties))
  return new StreamlineError('SL_OPTION', `(${fn.name}) has no option '${option}'${didYouMean(suggestions)}`, {
    ...facts,
    option,
    suggestions,
    hint: list(schema),
  })
}

const typed = (fn: FunctionMeta, schema: OptionsSchema, given: Vertex['options'], facts: Facts): Values => {
  const values: Values = {}
  for (const [option, value] of Object.entries(given)) {
    if (!Object.hasOwn(schema.properties, option)) throw unknown(fn, schema, option, facts)
    const property = schema.properties[option]!
    const coerced = coerce(property, value)
    const must = 'must' in coerced ? coerced.must : violation(property, coerced.value)
    if (must !== undefined) {
      throw new StreamlineError('SL_OPTION', `option '${option}' of (${fn.name}) must ${must}; it is ${shown(value)}`, {
        ...facts,
        option,
        hint: `${option}: ${property.description}`,
      })
    }
    values[option] = (coerced as { value: OptionValue }).value
  }
  return values
}

/**
 * The options of a vertex, typed by the function's schema, with its defaults. No code of a plugin runs.
 * @param facts go into the detail of an error (where the vertex stands)
 * @throws SL_OPTION
 */
export const prepareOptions = (fn: FunctionMeta, given: Vertex['options'], facts: Facts = {}): Values => {
  const schema: OptionsSchema = fn.options ?? { properties: {} }
  const values = typed(fn, schema, given, facts)
  for (const option of schema.required ?? []) {
    if (Object.hasOwn(values, option)) continue
    const example = schema.properties[option]?.examples?.[0]
    throw new StreamlineError('SL_OPTION', `(${fn.name}) needs the option '${option}'`, {
      ...facts,
      option,
      hint: example === undefined ? list(schema) : `for example (${fn.name},${option}=${String(example)})`,
    })
  }
  const sets = schema.anyOf
  if (sets && !sets.some(({ required }) => required.every((option) => Object.hasOwn(values, option)))) {
    const choice = sets.map(({ required }) => required.join(' with ')).join(', or ')
    throw new StreamlineError('SL_OPTION', `(${fn.name}) needs ${choice}`, { ...facts, hint: list(schema) })
  }
  for (const [option, property] of Object.entries(schema.properties)) {
    if (property.default !== undefined && !Object.hasOwn(values, option))
      values[option] = property.default as OptionValue
  }
  return values
}
