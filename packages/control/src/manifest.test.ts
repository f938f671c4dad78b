import { readFileSync } from 'node:fs'
import type { Manifest } from '@netstreamline/core'
import { describe, expect, it } from 'vitest'
import { validateManifest } from './manifest.js'
import { manifestSchema } from './manifest-schema.js'

/** Uses every field that core's types have. */
const full = (): Manifest => ({
  abi: 1,
  package: '@acme/fe-dns',
  version: '1.2.0',
  functions: [
    {
      name: 'dns',
      aliases: ['domain'],
      summary: 'Parses DNS messages.',
      description: 'Long.\n\nText.',
      inputs: ['udp', '1', 'acme.tunnel'],
      outputs: ['message', 'same'],
      role: ['filter', 'sink', 'source'],
      options: {
        properties: {
          strict: { type: 'boolean', default: false, description: 'Drop what is malformed.' },
          size: { type: 'integer', description: 'Room.', minimum: 1, maximum: 10, default: 4, 'x-unit': 'size' },
          rate: { type: 'number', description: 'Rate.', examples: [0.5] },
          mode: {
            type: 'string',
            description: 'Mode.',
            enum: ['a', 'b'],
            minLength: 1,
            maxLength: 3,
            pattern: '^[ab]$',
          },
          list: { type: 'array', description: 'List.', items: { type: 'integer' }, default: [1, 2] },
        },
        required: ['mode'],
        anyOf: [{ required: ['size'] }, { required: ['rate', 'list'] }],
      },
      classifier: 'The query type.',
      state: 'none',
      targets: ['js', 'ir'],
      examples: ['(pcap,path=a.pcap) > (udp) > (dns)'],
      probe: true,
      unshared: false,
      module: './dist/fe/dns.js',
    },
    {
      name: 'null',
      summary: 'Takes all.',
      inputs: [],
      outputs: [],
      state: 'flow',
      targets: ['js'],
      module: 'dist/null.js',
    },
  ],
  translators: [{ from: 'dns', to: 'ir', targets: ['ir'], summary: 'To IR.', module: './dist/translators/dns.js' }],
  spaces: [
    { name: 'kernel', depth: -10, targets: ['ebpf'], summary: 'The kernel.', module: './dist/spaces/kernel.js' },
  ],
})

/** A copy with the value at the path replaced, or removed when undefined. */
const without = (path: string, value?: unknown): unknown => {
  const copy = structuredClone(full()) as unknown as Record<string, unknown>
  const keys = path.split('.')
  const last = keys.pop()!
  const parent = keys.reduce<Record<string, unknown>>((o, key) => o[key] as Record<string, unknown>, copy)
  if (value === undefined) delete parent[last]
  else parent[last] = value
  return copy
}

it('is held to the schema that core publishes', () => {
  const published = readFileSync(new URL('../../core/manifest.schema.json', import.meta.url), 'utf8')
  expect(manifestSchema).toEqual(JSON.parse(published))
})

describe('a manifest', () => {
  it('with every field that there is, is valid', () => {
    expect(validateManifest(full())).toEqual([])
  })

  it('with nothing but its head, is valid', () => {
    expect(validateManifest({ abi: 1, package: 'p', version: '0.0.0' })).toEqual([])
    expect(validateManifest({ $schema: 'x', abi: 1, package: 'p', version: '0.0.0', functions: [] })).toEqual([])
  })

  const violations: [path: string, value: unknown, says: RegExp][] = [
    ['abi', undefined, /abi/],
    ['abi', '1', /abi/],
    ['abi', 2, /made for plugin interface 2; this is 1/],
    ['package', undefined, /package/],
    ['package', '', /package/],
    ['version', 3, /version/],
    ['extra', 1, /extra/],
    ['functions', {}, /functions/],
    ['functions.0.name', undefined, /functions\[0\].*name/],
    ['functions.0.name', '1dns', /functions\[0\]\.name/],
    ['functions.0.name', 'a b', /functions\[0\]\.name/],
    ['functions.0.name', 'and', /functions\[0\]\.name/],
    ['functions.0.name', '__proto__', /functions\[0\]\.name/],
    ['functions.0.aliases', ['or'], /aliases/],
    ['functions.0.summary', undefined, /summary/],
    ['functions.0.summary', 'two\nlines', /summary/],
    ['functions.0.inputs', undefined, /inputs/],
    ['functions.0.inputs', ['99999999'], /inputs/],
    ['functions.0.outputs', 'udp', /outputs/],
    ['functions.0.role', ['drain'], /role/],
    ['functions.0.state', undefined, /state/],
    ['functions.0.state', 'some', /state/],
    ['functions.0.targets', undefined, /targets/],
    ['functions.0.targets', [''], /targets/],
    ['functions.0.module', undefined, /module/],
    ['functions.0.module', '', /module/],
    ['functions.0.module', '../other/x.js', /lies outside the package/],
    ['functions.0.module', './dist/../../x.js', /lies outside the package/],
    ['functions.0.module', '/etc/x.js', /lies outside the package/],
    ['functions.0.module', 'file:///x.js', /lies outside the package/],
    ['functions.0.module', 'data:text/javascript,0', /lies outside the package/],
    ['functions.0.module', 'C:\\x.js', /lies outside the package/],
    ['functions.0.module', '..\\x.js', /lies outside the package/],
    ['functions.0.probe', 'yes', /probe/],
    ['functions.0.unshared', 1, /unshared/],
    ['functions.0.examples', [''], /examples/],
    ['functions.0.extra', 1, /extra/],
    ['functions.0.options.properties', undefined, /properties/],
    ['functions.0.options.extra', 1, /extra/],
    ['functions.0.options.required', ['missing'], /requires 'missing'/],
    ['functions.0.options.anyOf', [{ required: ['missing'] }], /requires 'missing'/],
    ['functions.0.options.anyOf', [{ properties: {} }], /anyOf/],
    ['functions.0.options.properties.strict', { type: 'boolean' }, /description/],
    ['functions.0.options.properties.strict', { type: 'object', description: 'd' }, /type/],
    ['functions.0.options.properties.strict', { type: 'string', description: 'd', pattern: '(' }, /pattern/],
    ['functions.0.options.properties.strict', { type: 'string', description: 'd', format: 'x' }, /format/],
    [
      'functions.0.options.properties.strict',
      { type: 'boolean', description: 'd', default: 'true' },
      /default of option 'strict'/,
    ],
    [
      'functions.0.options.properties.strict',
      { type: 'integer', description: 'd', default: 1.5 },
      /default of option 'strict'/,
    ],
    ['functions.0.options.properties.size.default', 11, /default of option 'size'.*at most 10/],
    ['functions.0.options.properties.space', { type: 'string', description: 'd' }, /'space', which every vertex has/],
    ['functions.1.name', 'dns', /two functions called 'dns'/],
    ['functions.1.name', 'domain', /two functions called 'domain'/],
    ['translators.0.to', undefined, /to/],
    ['translators.0.module', '../x.js', /lies outside the package/],
    ['translators.0.extra', 1, /extra/],
    ['spaces.0.depth', '0', /depth/],
    ['spaces.0.targets', [], /targets/],
    ['spaces.1', full().spaces![0], /two spaces called 'kernel'/],
  ]
  it.each(violations)('with %s = %j is refused', (path, value, says) => {
    const problems = validateManifest(without(path, value))
    expect(problems.join('\n')).toMatch(says)
    expect(problems.length).toBeLessThan(6)
  })

  it('with a prototype smuggled in as an option is refused', () => {
    const json = JSON.parse(JSON.stringify(full()).replace('"strict":', '"__proto__":'))
    expect(validateManifest(json)).not.toEqual([])
  })

  it.each([null, undefined, 1, 'x', [], true, () => {}])('that is %j is refused', (json) => {
    expect(validateManifest(json)).toEqual(['the manifest is not an object'])
  })
})
