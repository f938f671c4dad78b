import type { ManifestFunction, Registry } from '@netstreamline/core'
import { commands } from '../commands.js'

const fits = (names: readonly string[], begun: string): string[] =>
  [...new Set(names)].filter((name) => name.startsWith(begun)).sort()

/** Values that an option can have, where the manifest lists them. */
const valuesOf = (fn: ManifestFunction, option: string): string[] => {
  const properties = fn.options?.properties ?? {}
  return Object.hasOwn(properties, option) ? (properties[option]!.enum ?? []).map(String) : []
}

const named = (registry: Registry): string[] => registry.functions().flatMap((fn) => [fn.name, ...(fn.aliases ?? [])])

/**
 * Completes the request at its end: after `(` functions, after `(name,` options, after `option=` values.
 * @returns the whole text each time, since shells replace the word
 */
const inRequest = (text: string, registry: Registry): string[] => {
  const open = text.lastIndexOf('(')
  if (open < 0 || text.indexOf(')', open) >= 0) return []
  const call = text.slice(open + 1)
  const at = Math.max(call.lastIndexOf(','), call.lastIndexOf('='))
  const [before, begun] = [text.slice(0, open + 1 + at + 1), call.slice(at + 1)]
  if (at < 0) return fits(named(registry), call.trimStart()).map((name) => text.slice(0, open + 1) + name)
  const fn = registry.functions(/^\s*([^,]*)/.exec(call)![1]!)[0]
  if (!fn) return []
  if (call[at] === '=') {
    const option = call.slice(call.lastIndexOf(',', at) + 1, at).trim()
    return fits(valuesOf(fn, option), begun).map((value) => before + value)
  }
  const options = Object.entries(fn.options?.properties ?? {})
  return fits(
    [...options.map(([name, { type }]) => (type === 'boolean' ? name : `${name}=`)), 'name=', 'space=', 'export'],
    begun.trimStart(),
  ).map((option) => before + option)
}

/** What the last word could become. @param words the command line behind `streamline` */
export const candidates = (words: readonly string[], registry: Registry): string[] => {
  const begun = words.at(-1) ?? ''
  const spec = commands.find((command) => command.name === words[0])
  if (words.length < 2) return fits([...commands.map((command) => command.name), 'help'], begun)
  if (words[0] === 'help')
    return fits(
      commands.map((command) => command.name),
      begun,
    )
  if (!spec) return []
  if (begun.startsWith('-')) return fits([...spec.options.map(({ flags }) => flags.split(' ')[0]!), '--help'], begun)
  if (spec.name === 'inspect') {
    return fits(
      [...named(registry), ...registry.spaces().map((s) => s.name), ...registry.packages.map((p) => p.name)],
      begun,
    )
  }
  if (spec.name === 'completion') return fits(['bash', 'zsh', 'fish'], begun)
  return ['run', 'check', 'plan'].includes(spec.name) ? inRequest(begun, registry) : []
}
