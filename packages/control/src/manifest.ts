import { Validator } from '@cfworker/json-schema'
import { ABI, type Manifest, type ManifestFunction } from '@netstreamline/core'
import { coerce, violation } from './coerce.js'
import { manifestSchema } from './manifest-schema.js'

const validator = new Validator(manifestSchema, '2020-12', false)

/** Options that every vertex takes; a function cannot have its own of that name. */
const RESERVED = ['name', 'space', 'export']

/** Keywords that only pass on what is wrong further down. */
const passing = new Set(['properties', 'items', '$ref', 'additionalProperties', 'patternProperties', 'propertyNames'])

/** Where in the manifest, as people write it: `functions[0].options.size`. */
const place = (pointer: string): string =>
  pointer
    .replace(/^#\/?/, '')
    .split('/')
    .map((part) => decodeURIComponent(part).replace(/~1/g, '/').replace(/~0/g, '~'))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path ? `${path}.${part}` : part), '')

const againstSchema = (json: unknown): string[] => {
  const { valid, errors } = validator.validate(json)
  if (valid) return []
  const leaves = errors.filter(
    ({ keyword, error }) => !passing.has(keyword) || /^Property .* does not match additional/.test(error),
  )
  const told = leaves.length ? leaves : errors
  return [
    ...new Set(told.map(({ instanceLocation, error }) => `${place(instanceLocation) || 'the manifest'}: ${error}`)),
  ]
}

/** Does the path stay in the package? */
const inside = (module: string): boolean =>
  !/^[a-z][a-z0-9+.-]*:|^[/\\]/i.test(module) && !module.split(/[/\\]/).includes('..') && !module.includes('\0')

const optionProblems = ({ name, options }: ManifestFunction): string[] => {
  if (!options) return []
  const problems: string[] = []
  const known = new Set(Object.keys(options.properties))
  const named = [...(options.required ?? []), ...(options.anyOf ?? []).flatMap(({ required }) => required)]
  for (const option of named)
    if (!known.has(option)) problems.push(`(${name}) requires '${option}', which is not an option`)
  for (const [option, schema] of Object.entries(options.properties)) {
    if (RESERVED.includes(option)) problems.push(`(${name}) has an option '${option}', which every vertex has`)
    if (schema.default === undefined) continue
    const value = coerce(schema, schema.default as string)
    const must = 'must' in value ? value.must : violation(schema, value.value)
    const same = 'value' in value && JSON.stringify(value.value) === JSON.stringify(schema.default)
    if (must !== undefined || !same)
      problems.push(`default of option '${option}' of (${name}) must ${must ?? `be of type ${schema.type}`}`)
  }
  return problems
}

const meaning = (manifest: Manifest): string[] => {
  const functions = manifest.functions ?? []
  const problems = functions.flatMap(optionProblems)
  const seen = new Set<string>()
  for (const { name, aliases = [] } of functions) {
    for (const n of [name, ...aliases]) {
      if (seen.has(n)) problems.push(`it provides two functions called '${n}'`)
      seen.add(n)
    }
  }
  const spaces = new Set<string>()
  for (const { name } of manifest.spaces ?? []) {
    if (spaces.has(name)) problems.push(`it provides two spaces called '${name}'`)
    spaces.add(name)
  }
  for (const { module } of [...functions, ...(manifest.translators ?? []), ...(manifest.spaces ?? [])]) {
    if (!inside(module)) problems.push(`module '${module}' lies outside the package`)
  }
  return problems
}

/**
 * What is wrong with a `streamline.json`, in sentences; empty if nothing is. First the plugin interface it was made
 * for, because another may have other fields; then its form (`manifest.schema.json` of core), then its meaning.
 * Compiles nothing, so it also runs where `eval` is forbidden.
 */
export const validateManifest = (json: unknown): string[] => {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return ['the manifest is not an object']
  const { abi } = json as Partial<Manifest>
  if (Number.isInteger(abi) && abi !== ABI) return [`it was made for plugin interface ${abi}; this is ${ABI}`]
  const problems = againstSchema(json)
  return problems.length ? problems : meaning(json as Manifest)
}
