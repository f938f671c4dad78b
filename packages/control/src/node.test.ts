import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { open } from './node.js'
import { fn, manifest, request, source } from './testing/requests.js'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'streamline-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

/** An application with one plugin, whose spaces are written here as modules that count how often they are opened. */
const application = (spaces: { name: string; targets: string[]; code: string }[]) => {
  const dir = join(root, 'node_modules/toy')
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'app', dependencies: { toy: '1' } }))
  writeFileSync(
    join(dir, 'package.json'),
    JSON.stringify({ name: 'toy', version: '1.0.0', type: 'module', streamline: 'streamline.json' }),
  )
  const functions = [
    source('src', { module: 'fe.js' }),
    fn('count', { module: 'fe.js' }),
    fn('deep', { targets: ['ebpf'], module: 'fe.js' }),
  ]
  const offered = spaces.map(({ name, targets }) => ({ name, targets, depth: 0, summary: 's', module: `${name}.js` }))
  writeFileSync(join(dir, 'streamline.json'), JSON.stringify(manifest(functions, { package: 'toy', spaces: offered })))
  writeFileSync(join(dir, 'fe.js'), "export default { meta: { name: 'src' }, [Symbol.for('netstreamline.fe')]: true }")
  for (const { name, code } of spaces) writeFileSync(join(dir, `${name}.js`), code)
}
/** The code of a space that logs its opening and loads the FE of what it instantiates. */
const toy = (targets: string) => `
export default ({ name, load, log, print }) => {
  log('open ' + name)
  const undo = () => {}
  return {
    name, depth: 0, targets: ${targets},
    discover: async (vertex, offers) => offers.filter((o) => ${targets}.includes(o.target)),
    instantiate: async (placed) => { print('loaded ' + (await load(placed.implementation.module, placed.runs.function)).meta.name); return undo },
    connect: async () => ({ undo }), activate: async () => undo,
    done: async () => {}, stop: async () => {}, abort: async () => {},
    counters: async () => ({ vertices: {}, edges: [] }), census: async () => ({}), close: async () => log('close ' + name),
  }
}`

describe('open', () => {
  it('finds the plugins, opens a space when first needed, and closes it', async () => {
    application([
      { name: 'process', targets: ['js'], code: toy("['js']") },
      { name: 'kernel', targets: ['ebpf'], code: toy("['ebpf']") },
    ])
    const said: string[] = []
    const streamline = await open({ root, print: (l) => said.push(l), log: (m) => said.push(m) })
    expect(streamline.registry.packages.map((p) => p.name)).toEqual(['toy'])
    expect(said).toEqual([])
    await streamline.check(request(['src', 'count']))
    expect(said).toEqual([])
    const result = await streamline.run(request(['src']))
    expect(result.nodes.map((n) => [n.name, n.space])).toEqual([['src#1', 'process']])
    await streamline.plan(request(['src', 'count']))
    await streamline.close()
    expect(said).toEqual(['open process', 'loaded src', 'close process'])
  })

  it('tells that a module holds another function than its manifest says', async () => {
    application([{ name: 'process', targets: ['js'], code: toy("['js']") }])
    const streamline = await open({ root, print: () => {}, log: () => {} })
    await expect(streamline.run(request(['src', 'count']))).rejects.toMatchObject({
      code: 'SL_PLUGIN',
      message: expect.stringContaining('provides (src), not (count)'),
    })
  })

  it('does without a space that does not open, unless the request names it', async () => {
    application([
      { name: 'process', targets: ['js'], code: toy("['js']") },
      { name: 'worker', targets: ['js'], code: "export default () => { throw new Error('no threads here') }" },
      { name: 'odd', targets: ['js'], code: 'export default 5' },
    ])
    const streamline = await open({ root, log: () => {} })
    const plan = await streamline.plan(request(['src']))
    expect(plan.vertices[0]?.space).toBe('process')
    expect(plan.vertices[0]?.lost).toEqual([
      { space: 'worker', why: 'did not open: no threads here' },
      { space: 'odd', why: expect.stringContaining('did not open') },
    ])
    await expect(streamline.plan(request([['src', {}, { space: 'worker' }]]))).rejects.toMatchObject({
      message: 'no threads here',
      code: 'SL_PLUGIN',
    })
    await streamline.close()
  })

  it('keeps to the spaces that it is told', async () => {
    application([
      { name: 'process', targets: ['js'], code: toy("['js']") },
      { name: 'worker', targets: ['js'], code: toy("['js']") },
    ])
    const streamline = await open({ root, spaces: ['worker'], log: () => {}, print: () => {} })
    expect((await streamline.plan(request(['src']))).vertices[0]?.space).toBe('worker')
    await expect(streamline.plan(request([['src', {}, { space: 'process' }]]))).rejects.toMatchObject({
      code: 'SL_SPACE_UNKNOWN',
    })
  })
})
