import type { OptionSchema, OptionValue } from '@netstreamline/core'

/** A value of the type that the schema asks for, or why there is none. */
export type Coerced = { readonly value: OptionValue } | { readonly must: string }

const number = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)([kmg])?$/i
const hex = /^0x[0-9a-f]{1,13}$/i
const truth = new Map(
  ['true', 'yes', 'on', '1', 'false', 'no', 'off', '0'].map((word, i): [string, boolean] => [word, i < 4]),
)
const powers = ['', 'k', 'm', 'g']

/** Text as a number. k, M and G are powers of 1024 where the unit is a size, else of 1000. */
const numberOf = (text: string, schema: OptionSchema): number => {
  if (hex.test(text)) return Number(text)
  const [, digits, suffix = ''] = number.exec(text) ?? []
  const takesSuffix = schema.type === 'integer' || schema['x-unit'] !== undefined
  if (digits === undefined || (suffix && !takesSuffix)) return Number.NaN
  const base = schema['x-unit'] === 'size' ? 1024 : 1000
  return Number(digits) * base ** powers.indexOf(suffix.toLowerCase())
}

const toNumber = (given: unknown, schema: OptionSchema): Coerced => {
  const value = typeof given === 'string' ? numberOf(given.trim(), schema) : given
  const whole = schema.type === 'integer'
  const must = whole ? 'be a whole number' : 'be a number'
  if (typeof value !== 'number' || !Number.isFinite(value) || (whole && !Number.isSafeInteger(value))) return { must }
  return { value }
}

const toArray = (given: OptionValue, schema: OptionSchema): Coerced => {
  const type = schema.items?.type ?? 'string'
  const parts = Array.isArray(given) ? given : String(given).split(',')
  const value: (string | number)[] = []
  for (const part of parts) {
    const item = coerce({ type, description: '' }, typeof part === 'string' ? part.trim() : part)
    if ('must' in item) return { must: `be a list; each of it must ${item.must}` }
    value.push(item.value as string | number)
  }
  return { value }
}

/** Types a value: text from SRL becomes what the schema says; values of the typed API stay if they are that already. */
export const coerce = (schema: OptionSchema, given: OptionValue): Coerced => {
  switch (schema.type) {
    case 'string':
      return typeof given === 'string' || typeof given === 'number' ? { value: String(given) } : { must: 'be text' }
    case 'boolean': {
      const value = typeof given === 'boolean' ? given : truth.get(String(given).trim().toLowerCase())
      return value === undefined ? { must: 'be true or false' } : { value }
    }
    case 'array':
      return typeof given === 'boolean' ? { must: 'be a list, its parts separated by commas' } : toArray(given, schema)
    default:
      return toNumber(given, schema)
  }
}

const long = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text)

/** Why a typed value is outside what the schema allows, or undefined. */
export const violation = (schema: OptionSchema, value: OptionValue): string | undefined => {
  if (schema.enum && !schema.enum.includes(value)) return `be one of ${schema.enum.map((v) => `'${v}'`).join(', ')}`
  if (typeof value === 'number') {
    if (schema.minimum !== undefined && value < schema.minimum) return `be at least ${schema.minimum}`
    if (schema.maximum !== undefined && value > schema.maximum) return `be at most ${schema.maximum}`
  }
  if (typeof value === 'string') {
    if (schema.minLength !== undefined && value.length < schema.minLength)
      return schema.minLength === 1 ? 'not be empty' : `have at least ${schema.minLength} characters`
    if (schema.maxLength !== undefined && value.length > schema.maxLength)
      return `have at most ${schema.maxLength} characters`
    if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value))
      return `match ${long(schema.pattern)}`
  }
  return undefined
}

/** A value as an error message shows it. */
export const shown = (value: unknown): string => `'${long(String(value))}'`
