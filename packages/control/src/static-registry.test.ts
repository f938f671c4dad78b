import { describe, expect, it } from 'vitest'
import { elementLoader } from './spaces.js'
import { staticRegistry } from './static-registry.js'
import { fn, manifest } from './testing/requests.js'

const load = async (module: string) => ({ default: module })

describe('a static registry', () => {
  it('provides what the manifests say and loads by their paths', async () => {
    const registry = staticRegistry([{ manifest: manifest([fn('one', { aliases: ['uno'] })]), load }])
    expect(registry.packages).toEqual([{ name: '@acme/fe', version: '1.0.0', location: '' }])
    const [one] = registry.functions('uno')
    expect(one).toMatchObject({ name: 'one', package: '@acme/fe' })
    expect(await registry.load(one!.url)).toEqual({ default: './dist/fe/one.js' })
    expect(registry.functions('two')).toEqual([])
    expect([registry.spaces(), registry.translators(), registry.translators('one')]).toEqual([[], [], []])
  })

  it('keeps several implementations of one function', () => {
    const both = ['@a/x', '@b/x'].map((name) => ({ manifest: manifest([fn('one')], { package: name }), load }))
    expect(
      staticRegistry(both)
        .functions('one')
        .map((f) => f.package),
    ).toEqual(['@a/x', '@b/x'])
  })

  it('lists what is broken with the reason', () => {
    const registry = staticRegistry([
      { manifest: manifest([fn('one')], { abi: 7, package: 'a' }), load },
      { manifest: manifest([fn('1')], { package: 'b' }), load },
      { manifest: undefined as never, load },
      { manifest: manifest([fn('fine')], { package: 'c' }), load },
      { manifest: manifest([fn('again')], { package: 'c' }), load },
    ])
    expect(registry.packages.map((p) => p.broken)).toEqual([
      'it was made for plugin interface 7; this is 1',
      expect.stringContaining('functions[0].name'),
      'the manifest is not an object',
      undefined,
      "there is another package 'c' before it",
    ])
    expect(registry.functions().map((f) => f.name)).toEqual(['fine'])
  })

  it('has its elements checked before a space gets them', async () => {
    const registry = staticRegistry([{ manifest: manifest([fn('one')]), load }])
    const url = registry.functions('one')[0]!.url
    await expect(elementLoader(registry)(url, 'one')).rejects.toMatchObject({
      code: 'SL_PLUGIN',
      message: expect.stringContaining('exports no functional element'),
    })
    await expect(elementLoader(registry)('static:other', 'one')).rejects.toMatchObject({ code: 'SL_PLUGIN' })
  })
})
