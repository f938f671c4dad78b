import type { Accept, OptionValue, Request, Vertex } from '@netstreamline/core'
import fc from 'fast-check'
import { canonical } from '../canonical.js'
import { quote } from '../quote.js'

/** Names on purpose few, so that vertices, functions and options meet; some are dangerous as keys of objects. */
export const name = fc.constantFrom(
  'a',
  'b',
  'tcp',
  'union',
  'intersection',
  'constructor',
  'toString',
  'n-o_t.1',
  'valueOf',
)

export const accept: fc.Arbitrary<Accept> = fc.oneof(
  fc.constant({ not: true, lo: 0, hi: 0 }),
  fc
    .tuple(fc.boolean(), fc.integer({ min: 0, max: 65_535 }), fc.integer({ min: 0, max: 65_535 }))
    .map(([not, x, y]) => ({ not, lo: Math.min(x, y), hi: Math.max(x, y) })),
  fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 3 })).map(([not, x]) => ({ not, lo: x, hi: x })),
)

/** Any text, lone surrogates and control characters included. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      '"',
      '\\',
      '\n',
      '\r',
      '#',
      ',',
      ')',
      '=',
      'x',
      ' ',
      '\u0000',
      '\ud800',
      '\udc00',
      '\u2028',
      'é',
    ),
  }),
)

const optionName = fc.constantFrom('path', 'expression', 'x', 'constructor', 'hasOwnProperty', 'toString')
const option: fc.Arbitrary<OptionValue> = fc.oneof(anyText, fc.constant(true))

type Plan = {
  functions: { fn: string; options: [string, OptionValue][]; named: boolean; space?: string; exported: boolean }[]
  order: number[]
  edges: [number, number, Accept][]
  outputs: [number, Accept][]
}

const build = ({ functions, order, edges, outputs }: Plan): Request => {
  const n = functions.length
  const counts = new Map<string, number>()
  const vertices = functions.map(({ fn, options, named, space, exported }, i): Vertex => {
    const k = (counts.get(fn) ?? 0) + (named ? 0 : 1)
    counts.set(fn, k)
    return {
      // Names that some functions also bear.
      name: named ? (i % 3 === 0 ? ['tcp', 'a', 'b'][i % 9 === 0 ? 0 : 1]! + (i > 9 ? i : '') : `v${i}`) : `${fn}#${k}`,
      function: fn,
      options: Object.fromEntries(options),
      ...(space === undefined ? {} : { space }),
      ...(exported ? { export: true } : {}),
    }
  })
  // Along a random permutation, so that edges lead forwards and backwards in the order of vertices.
  const rank = Array.from({ length: n }, (_, i) => i).sort((x, y) => order[x]! - order[y]! || x - y)
  return canonical({
    vertices,
    edges: edges
      .map(([x, y, a]) => ({ from: rank[Math.min(x % n, y % n)]!, to: rank[Math.max(x % n, y % n)]!, accept: a }))
      .filter((e) => e.from !== e.to),
    outputs: outputs.map(([x, a]) => ({ from: x % n, accept: a })),
  })
}

const vertexPlan = fc.record({
  fn: name,
  options: fc.uniqueArray(fc.tuple(optionName, option), { maxLength: 3, selector: ([key]) => key }),
  named: fc.boolean(),
  space: fc.option(fc.string({ unit: 'binary', minLength: 1 }), { nil: undefined }),
  exported: fc.boolean(),
})

/** Any directed acyclic graph of up to ten vertices. */
export const request: fc.Arbitrary<Request> = fc
  .array(vertexPlan, { minLength: 1, maxLength: 10 })
  .chain((functions) =>
    fc.record({
      functions: fc.constant(functions),
      order: fc.array(fc.nat(1000), { minLength: functions.length, maxLength: functions.length }),
      edges: fc.array(fc.tuple(fc.nat(99), fc.nat(99), accept), { maxLength: 16 }),
      outputs: fc.array(fc.tuple(fc.nat(99), accept), { maxLength: 3 }),
    }),
  )
  .map(build)

const blank = fc.constantFrom('', ' ', '\n', '\t# a (comment\n', ' \u00a0')
const condition = fc.constantFrom('', '', '', '22', '!80', '1:3', '!1:1023', '!', '0', '0:65535')
const node = fc
  .tuple(name, fc.array(fc.tuple(optionName, anyText), { maxLength: 2 }), blank)
  .map(([fn, options, b]) => {
    const unique = [...new Map(options)].map(([key, value]) => `,${b}${key}${b}=${b}${quote(value)}`)
    return `(${b}${fn}${unique.join('')}${b})`
  })

/** Texts of the grammar, with every construct but names of vertices. */
export const text: fc.Arbitrary<string> = fc.letrec<{ all: string; some: string }>((tie) => ({
  some: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    node,
    fc.tuple(tie('some'), condition, tie('some'), blank).map(([a, c, b, s]) => `${a}${s}${c}${s}>${b}`),
    fc.tuple(tie('all'), fc.constantFrom(' and ', ' or ', '|'), tie('all')).map(([a, op, b]) => `(${a}${op}${b})`),
    tie('all').map((a) => `not ${a}`),
    fc.tuple(tie('all'), condition).map(([a, c]) => `(${a} ${c}>)`),
  ),
  all: tie('some').map((s) => `(${s})`),
})).some
