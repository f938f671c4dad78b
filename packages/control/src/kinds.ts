import {
  KIND,
  kindFits,
  kindNumber,
  type ManifestFunction,
  type Registry,
  type Request,
  StreamlineError,
} from '@netstreamline/core'
import type { Resolved } from './functions.js'
import type { Topology } from './topology.js'
import { where } from './where.js'

/** A kind of block by its name, its number as text, or `link` (some link type) or `any` where no more is known. */
export type Kind = string

const linkNames: Record<number, string> = {
  0: 'NULL',
  1: 'EN10MB',
  12: 'RAW',
  101: 'RAW',
  105: 'IEEE802_11',
  113: 'LINUX_SLL',
  127: 'IEEE802_11_RADIO',
  228: 'IPV4',
  229: 'IPV6',
  276: 'LINUX_SLL2',
}
const byNumber = new Map(Object.entries(KIND).map(([name, number]) => [number as number, name]))

/** A kind as messages show it. */
export const kindName = (kind: Kind): string => {
  if (kind === 'any') return 'blocks of any kind'
  if (kind === 'link') return 'link-layer packets'
  if (!/^\d+$/.test(kind)) return kind
  const number = Number(kind)
  return byNumber.get(number) ?? linkNames[number] ?? (number < 0x10000 ? `link type ${number}` : `kind ${number}`)
}

/** Can a block of this kind be one that the inputs take? */
export const fits = (kind: Kind, inputs: readonly string[]): boolean => {
  if (kind === 'any') return true
  if (kind === 'link') return inputs.some((name) => name === 'any' || name === 'link' || kindNumber(name) < 0x10000)
  return kindFits(kindNumber(kind), inputs)
}

/** What a function makes of these kinds. First in a request, `same` says nothing. */
const handsOn = ({ outputs }: ManifestFunction, taken: readonly Kind[]): Kind[] => {
  const kinds = [...new Set(outputs.flatMap((output) => (output === 'same' ? taken : [output])))]
  return kinds.length === 0 && outputs.length > 0 ? ['any'] : kinds
}

/** Longest way round that a hint proposes. */
const DETOUR = 3

/** Functions, first to last, that lead from these kinds to what the inputs take; undefined if no short way does. */
const between = (registry: Registry, kinds: readonly Kind[], inputs: readonly string[]): string[] | undefined => {
  let ways: { via: string[]; kinds: readonly Kind[] }[] = [{ via: [], kinds }]
  const seen = new Set<string>()
  for (let length = 0; length < DETOUR; length++) {
    const longer: typeof ways = []
    for (const way of ways) {
      for (const fn of registry.functions()) {
        const taken = way.kinds.filter((kind) => fits(kind, fn.inputs))
        const changes = fn.outputs.length > 0 && !fn.outputs.some((output) => output === 'same' || output === 'any')
        if (!changes || seen.has(fn.name) || fn.inputs.length === 0 || taken.length === 0) continue
        seen.add(fn.name)
        const next = { via: [...way.via, fn.name], kinds: handsOn(fn, taken) }
        if (next.kinds.some((kind) => fits(kind, inputs))) return next.via
        longer.push(next)
      }
    }
    ways = longer
  }
  return undefined
}

/** What comes to each vertex and what it hands on, by the vertex's index. */
export interface Kinds {
  readonly taken: readonly (readonly Kind[])[]
  readonly handed: readonly (readonly Kind[])[]
}

/**
 * Follows the kinds of block along the edges.
 * @param probed what sources were found to deliver, by the vertex's index
 * @throws SL_KIND when a vertex is given nothing, or only what it does not take
 */
export const followKinds = (
  registry: Registry,
  request: Request,
  resolved: readonly Resolved[],
  { order, inputs }: Topology,
  probed: ReadonlyMap<number, readonly Kind[]>,
): Kinds => {
  const taken: Kind[][] = []
  const handed: Kind[][] = []
  const call = (v: number) => `(${request.vertices[v]!.function})`
  const fail = (v: number, message: string, hint: string, facts: object = {}) =>
    new StreamlineError('SL_KIND', message, { ...where(request, request.vertices[v]!), ...facts, hint })

  for (const v of order) {
    const { fn } = resolved[v]!.offers[0]
    const into = fn.inputs
    for (const from of new Set(inputs[v]!)) {
      const given = handed[from]!
      if (into.length === 0)
        throw fail(v, `${call(v)} is a source; it takes nothing from ${call(from)}`, 'begin with it')
      if (given.length === 0) throw fail(from, `${call(from)} hands nothing on to ${call(v)}`, 'it can only stand last')
      if (given.some((kind) => fits(kind, into))) continue
      const detour = between(registry, given, into)
      const hint = detour
        ? `put ${detour.map((name) => `(${name})`).join(' > ')} before it`
        : `no function here makes ${into.map(kindName).join(' or ')} of it`
      const message = `${call(from)} hands on ${given.map(kindName).join(', ')}; ${call(v)} takes ${into.map(kindName).join(', ')}`
      throw fail(v, message, hint, { from: request.vertices[from]!.name, kinds: given, inputs: into, detour })
    }
    const isSource = into.length === 0 || fn.role?.includes('source')
    if (inputs[v]!.length === 0 && !isSource) {
      throw fail(v, `nothing leads to ${call(v)}`, 'put a source before it, such as (pcap,path=FILE)')
    }
    taken[v] = [...new Set(inputs[v]!.flatMap((from) => handed[from]!))].filter((kind) => fits(kind, into))
    handed[v] = [...(probed.get(v) ?? handsOn(fn, taken[v]!))]
  }
  return { taken, handed }
}
