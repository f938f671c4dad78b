import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import Module from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Registry } from '@netstreamline/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { discoverPackages } from './discover.node.js'
import { fn, manifest } from './testing/requests.js'

let root: string
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'streamline-')))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const write = (path: string, content: unknown) => {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}
const link = (from: string, to: string) => {
  mkdirSync(dirname(join(root, from)), { recursive: true })
  symlinkSync(join(root, to), join(root, from))
}
const app = (more: object) => write('package.json', { name: 'app', version: '1.0.0', ...more })
/** A package with one function called after it. */
const plugin = (at: string, name: string, more: { manifest?: unknown; json?: object; module?: string } = {}) => {
  const short = name.replace(/^.*\//, '')
  write(`${at}/package.json`, {
    name,
    version: '1.2.0',
    type: 'module',
    exports: { '.': './x.js' },
    streamline: './streamline.json',
    ...more.json,
  })
  write(`${at}/streamline.json`, more.manifest ?? manifest([fn(short)], { package: name }))
  write(`${at}/dist/fe/${short}.js`, more.module ?? 'throw new Error("discovery must not run this")')
}
const names = (registry: Registry) => registry.functions().map((f) => f.name)
const brokenOf = async (name = 'bad'): Promise<string> => {
  const registry = await discoverPackages(root)
  const found = registry.packages.find((p) => p.name === name)
  expect(found?.hint).not.toBe('')
  expect(registry.functions()).toEqual([])
  return found?.broken ?? 'not broken'
}

describe('discovery finds what is declared', () => {
  it('as npm lays it out, at any level above, in every list of dependencies', async () => {
    app({ workspaces: ['apps/*'] })
    write('apps/a/package.json', {
      name: 'a',
      dependencies: { '@acme/one': '1', plain: '1', missing: '1' },
      optionalDependencies: { two: '1' },
      peerDependencies: { three: '1' },
      devDependencies: { four: '1' },
    })
    plugin('node_modules/@acme/one', '@acme/one')
    plugin('apps/a/node_modules/two', 'two')
    plugin('node_modules/three', 'three')
    plugin('node_modules/four', 'four')
    plugin('node_modules/undeclared', 'undeclared')
    write('node_modules/plain/package.json', { name: 'plain' })
    mkdirSync(join(root, 'apps/a/src/deep'), { recursive: true })
    const registry = await discoverPackages(join(root, 'apps/a/src/deep'))
    expect(registry.packages).toEqual([
      { name: '@acme/one', version: '1.2.0', location: pathToFileURL(join(root, 'node_modules/@acme/one/')).href },
      { name: 'two', version: '1.2.0', location: pathToFileURL(join(root, 'apps/a/node_modules/two/')).href },
      { name: 'three', version: '1.2.0', location: expect.any(String) },
      { name: 'four', version: '1.2.0', location: expect.any(String) },
    ])
    expect(names(registry)).toEqual(['one', 'two', 'three', 'four'])
    expect(registry.functions('one')[0]?.url).toBe(
      pathToFileURL(join(root, 'node_modules/@acme/one/dist/fe/one.js')).href,
    )
  })

  it('as pnpm lays it out: links into a store, where each has its own dependencies beside it', async () => {
    app({ dependencies: { one: '1' } })
    plugin('node_modules/.pnpm/one@1.2.0/node_modules/one', 'one')
    plugin('node_modules/.pnpm/hidden@1.0.0/node_modules/hidden', 'hidden')
    link('node_modules/one', 'node_modules/.pnpm/one@1.2.0/node_modules/one')
    const registry = await discoverPackages(root)
    expect(names(registry)).toEqual(['one'])
    expect(registry.packages[0]?.location).toContain('.pnpm/one@1.2.0')
  })

  it("as Yarn Plug'n'Play says", async () => {
    app({ dependencies: { one: '1', two: '1' } })
    plugin('cache/one', 'one')
    const resolveToUnqualified = (name: string, issuer: string) => {
      expect(issuer).toBe(join(root, 'package.json'))
      if (name === 'one') return join(root, 'cache/one')
      throw new Error('undeclared')
    }
    const yarn = Module as unknown as { findPnpApi?: unknown }
    yarn.findPnpApi = () => ({ resolveToUnqualified })
    try {
      expect(names(await discoverPackages(root))).toEqual(['one'])
    } finally {
      delete yarn.findPnpApi
    }
  })

  it('also the package that is being written', async () => {
    plugin('.', 'mine')
    expect(names(await discoverPackages(root))).toEqual(['mine'])
  })

  it('and what the command brings along, the application first', async () => {
    app({ dependencies: { one: '2' } })
    plugin('node_modules/one', 'one', { json: { version: '2.0.0' } })
    write('cli/package.json', { name: 'cli', dependencies: { one: '1', std: '1' }, devDependencies: { dev: '1' } })
    plugin('cli/node_modules/one', 'one')
    plugin('cli/node_modules/std', 'std')
    plugin('cli/node_modules/dev', 'dev')
    const bundled = [pathToFileURL(join(root, 'cli/package.json'))]
    const registry = await discoverPackages(root, { bundled })
    expect(registry.packages.map((p) => [p.name, p.version])).toEqual([
      ['one', '2.0.0'],
      ['std', '1.2.0'],
    ])
    expect(names(await discoverPackages(pathToFileURL(root), { bundled: bundled.map(String) }))).toEqual(['one', 'std'])
  })

  it('and what the command brings along where there is no application', async () => {
    write('cli/package.json', { name: 'cli', dependencies: { std: '1' } })
    plugin('cli/node_modules/std', 'std')
    expect(names(await discoverPackages(root, { bundled: [join(root, 'cli/package.json')] }))).toEqual(['std'])
  })

  it.each([
    '[]',
    'null',
    '{',
    '',
    '{"dependencies": 5}',
    '{"dependencies": {"../one": "1", "/one": "1", "fs": "1", ".": "1"}}',
  ])('and survives a package.json of %s', async (content) => {
    write('package.json', content)
    plugin('one', 'one')
    expect(names(await discoverPackages(root))).toEqual([])
  })
})

describe('a broken plugin stays listed with its reason:', () => {
  const bad = (more: Parameters<typeof plugin>[2]) => {
    app({ dependencies: { bad: '1' } })
    plugin('node_modules/bad', 'bad', more)
  }
  it.each<[string, Parameters<typeof plugin>[2], RegExp]>([
    ['no JSON', { manifest: '{"abi": 1,' }, /streamline\.json is not JSON/],
    ['not an object', { manifest: 'null' }, /not an object/],
    [
      'a violation of the schema',
      { manifest: { abi: 1, package: 'bad', version: '1', functions: [{ name: 'x' }] } },
      /manifest is invalid: functions\[0\]/,
    ],
    ['another plugin interface', { manifest: { abi: 99, whatever: true } }, /made for plugin interface 99; this is 1/],
    ['an older plugin interface', { manifest: { abi: 0 } }, /made for plugin interface 0; this is 1/],
    ["another's manifest", { manifest: manifest([], { package: 'other' }) }, /manifest is that of 'other'/],
    [
      'a module that is missing',
      { manifest: manifest([fn('gone')], { package: 'bad' }) },
      /module '.\/dist\/fe\/gone\.js' is missing/,
    ],
    [
      'a module outside',
      { manifest: manifest([fn('x', { module: './../../package.json' })], { package: 'bad' }) },
      /outside the package/,
    ],
    [
      'one function twice',
      { manifest: manifest([fn('bad'), fn('bad')], { package: 'bad' }) },
      /two functions called 'bad'/,
    ],
    [
      'a manifest outside',
      { json: { streamline: '../../package.json' } },
      /manifest '..\/..\/package.json' lies outside/,
    ],
    ['a manifest elsewhere', { json: { streamline: '/etc/passwd' } }, /lies outside/],
    ['a manifest by URL', { json: { streamline: 'file:///etc/passwd' } }, /lies outside/],
    ['a manifest that is missing', { json: { streamline: './none.json' } }, /manifest '.\/none.json' is missing/],
    ['a manifest that is a directory', { json: { streamline: './dist' } }, /cannot read .*EISDIR/],
    ['the package as its manifest', { json: { streamline: '.' } }, /lies outside/],
    ['a key that is no path', { json: { streamline: { functions: [] } } }, /not the path of a manifest/],
    ['a manifest beyond all measure', { manifest: `"${'x'.repeat(5e6)}"` }, /larger than/],
  ])('%s', async (_, more, reason) => {
    bad(more)
    expect(await brokenOf()).toMatch(reason)
  })

  it('a link to outside', async () => {
    bad({})
    write('secret.js', '')
    rmSync(join(root, 'node_modules/bad/dist/fe/bad.js'))
    link('node_modules/bad/dist/fe/bad.js', 'secret.js')
    expect(await brokenOf()).toMatch(/links to outside/)
  })

  it('and does not harm the others', async () => {
    app({ dependencies: { bad: '1', good: '1' } })
    plugin('node_modules/bad', 'bad', { manifest: '{' })
    plugin('node_modules/good', 'good')
    const registry = await discoverPackages(root)
    expect(names(registry)).toEqual(['good'])
    expect(registry.packages.map((p) => p.broken === undefined)).toEqual([false, true])
  })
})

describe('loading', () => {
  const loading = async (module: string) => {
    app({ dependencies: { one: '1' } })
    plugin('node_modules/one', 'one', { module })
    const registry = await discoverPackages(root)
    return registry.load(registry.functions('one')[0]!.url)
  }
  it('gives the module', async () => {
    expect((await loading('export default 42'))['default']).toBe(42)
  })

  it('tells why a module does not load', async () => {
    await expect(loading('export default (')).rejects.toMatchObject({
      code: 'SL_PLUGIN',
      message: expect.stringContaining('one does not load'),
    })
    await expect(loading('import "nowhere-to-be-found"')).rejects.toMatchObject({
      code: 'SL_PLUGIN',
      detail: { package: 'one' },
    })
    await expect(loading('throw undefined')).rejects.toMatchObject({ code: 'SL_PLUGIN' })
  })

  it('loads nothing that no manifest names', async () => {
    app({ dependencies: { one: '1' } })
    plugin('node_modules/one', 'one')
    const registry = await discoverPackages(root)
    const evil = pathToFileURL(write('node_modules/one/evil.js', 'export default 1')).href
    for (const url of [evil, 'data:text/javascript,export default 1', 'node:fs', '']) {
      await expect(registry.load(url)).rejects.toMatchObject({ code: 'SL_PLUGIN' })
    }
  })
})
