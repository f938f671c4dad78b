import { defineTranslator, type Request, type Translator, type Vertex } from '@netstreamline/core'
import { createStreamline } from '../streamline.js'
import { fakeSpace } from './fake-space.js'
import { fn, registryOf, request, source, translator } from './requests.js'

const options = { properties: { expression: { type: 'string', description: 'e' } }, required: ['expression'] } as const
const via = { properties: { via: { type: 'string', description: 'v' } } } as const
export const functions = [
  source('src', { aliases: ['origin'], targets: ['js', 'ebpf'] }),
  fn('count', { aliases: ['counter'] }),
  fn('bpf', { targets: ['none'], options }),
  fn('cbpf', { targets: ['cbpf'], options: via }),
  fn('ir', { targets: ['ir'], options: via }),
  fn('code', { targets: ['ebpf'], options: via }),
]
export type Step = [from: string, to: string, targets: string[], translate?: Translator['translate']]
export const world = (steps: Step[], spaces: Parameters<typeof fakeSpace>[]) => {
  const calls: string[] = []
  const translators = steps.map(([from, to, targets]) => translator(from, to, { targets }))
  const modules = Object.fromEntries(
    steps.map(([from, to, targets, translate], i) => [
      translators[i]!.module,
      {
        default: defineTranslator({
          from,
          to,
          targets,
          translate: async (vertex, about) => {
            calls.push(`${from} → ${to} for ${about.target}`)
            if (translate) return translate(vertex, about)
            return { ...vertex, function: to, options: { via: `${String(vertex.options['via'] ?? '')}${from}` } }
          },
        }),
      },
    ]),
  )
  const registry = registryOf(functions, { translators }, modules)
  const opened = spaces.map((args) => fakeSpace(...args))
  return { calls, spaces: opened, streamline: createStreamline({ registry, spaces: opened }) }
}
export const bpf = (more: Partial<Vertex> = {}): Request =>
  request(['src', ['bpf', { expression: 'tcp' }, more], 'count'])
export const both: Step[] = [
  ['bpf', 'cbpf', ['cbpf', 'ir']],
  ['cbpf', 'ir', ['ir']],
]
