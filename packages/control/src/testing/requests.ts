import {
  ACCEPTED,
  type Accept,
  type Manifest,
  type ManifestFunction,
  type ManifestTranslator,
  type OptionValue,
  type Registry,
  type Request,
  type Vertex,
} from '@netstreamline/core'
import { staticRegistry } from '../static-registry.js'

/** A function of a manifest, with everything that a test does not care about. */
export const fn = (name: string, more: Partial<ManifestFunction> = {}): ManifestFunction => ({
  name,
  summary: `The function ${name}.`,
  inputs: ['any'],
  outputs: ['same'],
  state: 'none',
  targets: ['js'],
  module: `./dist/fe/${name}.js`,
  ...more,
})

/** A source of Ethernet packets. */
export const source = (name: string, more: Partial<ManifestFunction> = {}): ManifestFunction =>
  fn(name, { inputs: [], outputs: ['link'], role: ['source'], ...more })

export const translator = (from: string, to: string, more: Partial<ManifestTranslator> = {}): ManifestTranslator => ({
  from,
  to,
  targets: ['js'],
  summary: `Makes ${to} of ${from}.`,
  module: `./dist/translators/${from}-${to}.js`,
  ...more,
})

export const manifest = (functions: readonly ManifestFunction[], more: Partial<Manifest> = {}): Manifest => ({
  abi: 1,
  package: '@acme/fe',
  version: '1.0.0',
  functions,
  ...more,
})

/** A registry of one package; `modules` by their path. */
export const registryOf = (
  functions: readonly ManifestFunction[],
  more: Partial<Manifest> = {},
  modules: Record<string, Record<string, unknown>> = {},
): Registry =>
  staticRegistry([
    {
      manifest: manifest(functions, more),
      load: (module) => modules[module] ?? Promise.reject(new Error(`no ${module}`)),
    },
  ])

type Node = string | [fn: string, options?: Record<string, OptionValue>, more?: Partial<Vertex>]

/** A request of these nodes, each called `function#k`; edges by index, a line when left out. */
export const request = (nodes: readonly Node[], edges?: readonly (readonly [number, number, Accept?])[]): Request => {
  const count = new Map<string, number>()
  const vertices = nodes.map((node): Vertex => {
    const [name, options = {}, more] = typeof node === 'string' ? [node] : node
    count.set(name, (count.get(name) ?? 0) + 1)
    return { name: `${name}#${count.get(name)}`, function: name, options, ...more }
  })
  const line = nodes.slice(1).map((_, i) => [i, i + 1] as const)
  return {
    vertices,
    edges: (edges ?? line).map(([from, to, accept]: readonly [number, number, Accept?]) => ({
      from,
      to,
      accept: accept ?? ACCEPTED,
    })),
    outputs: [],
  }
}
