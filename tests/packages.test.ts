import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ABI, isFE } from '@netstreamline/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import entropy from '../examples/fe-package/index.js'
import { packAll, root, writeApplication } from './support/application.js'
import { execute, reasonOf } from './support/command.js'
import { fetchManager, managers } from './support/managers.js'
import { entropyOf, packetsOf } from './support/packets.js'

interface Result {
  readonly nodes: readonly { readonly name: string; readonly function: string; readonly blocksIn: number }[]
}
const blocksInto = (json: string, name: string): number | undefined =>
  (JSON.parse(json) as Result).nodes.find((node) => node.name === name)?.blocksIn

let home: string
let packed: Awaited<ReturnType<typeof packAll>>
let offline: string | undefined
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'streamline-packages-'))
  packed = await packAll(home)
  const { code, stderr } = await execute('npm', ['view', 'cac', 'version', '--fetch-retries=0'], home)
  if (code !== 0) offline = `the registry cannot be reached: ${reasonOf(stderr)}`
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

describe('what is published', () => {
  it('contains the licence and what package.json names, and nothing of the tests', () => {
    for (const [name, { files }] of packed) {
      expect({ name, tests: files.filter((file) => /\.test\.|testing\/|tsbuildinfo/.test(file)) }).toEqual({
        name,
        tests: [],
      })
      if (!name.startsWith('@netstreamline/')) continue
      const path = join(root, 'packages', name.slice('@netstreamline/'.length), 'package.json')
      const wanted = ['LICENSE', 'dist/index.js', 'dist/index.d.ts']
      const { bin, streamline } = JSON.parse(readFileSync(path, 'utf8'))
      for (const file of [streamline, ...Object.values(bin ?? {})])
        if (file) wanted.push(String(file).replace('./', ''))
      expect(files, name).toEqual(expect.arrayContaining(wanted))
    }
  })

  it('the example of a package declares in its manifest what its code declares', () => {
    const { name, version } = JSON.parse(readFileSync(join(root, 'examples/fe-package/package.json'), 'utf8'))
    const manifest = JSON.parse(readFileSync(join(root, 'examples/fe-package/streamline.json'), 'utf8'))
    expect(isFE(entropy)).toBe(true)
    expect(manifest).toEqual({
      abi: ABI,
      package: name,
      version,
      functions: [{ ...entropy.meta, module: './index.js' }],
    })
  })
})

describe.each(managers)('an application that $name installs from tarballs', (manager) => {
  const at = { directory: '', tools: '' }
  let why: string | undefined
  beforeAll(async () => {
    at.directory = join(home, manager.name.replace(/\W/g, '-'))
    at.tools = `${at.directory}-tools`
    why = offline ?? (manager.itself && (await fetchManager(at.tools, manager.itself)))
    if (why) return console.warn(`skipped: ${why}`)
    writeApplication(at.directory, Object.fromEntries([...packed].map(([name, { spec }]) => [name, spec])))
    const { code, stdout, stderr } = await manager.install(at.directory, at.tools)
    if (code !== 0) throw new Error(`${manager.name} ended with ${code}:\n${stdout}${stderr}`)
  })
  const streamline = (...args: string[]) => manager.streamline(at.directory, at.tools, args)

  it('runs a request that uses the functional element of a third party', async (test) => {
    if (why) return test.skip(why)
    const packets = packetsOf(join(at.directory, 'sample.pcap'))
    const srl =
      '(pcap,path=sample.pcap) > (entropy,least=200) > ((count,name=long) | (entropy,name=again,least=200) 7001:8001> (count,name=random))'
    const { code, stdout, stderr } = await streamline('run', srl, '--json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const long = packets.filter((packet) => packet.length >= 200)
    expect(blocksInto(stdout, 'entropy#1')).toBe(packets.length)
    expect(blocksInto(stdout, 'long')).toBe(long.length)
    expect(blocksInto(stdout, 'random')).toBe(long.filter((p) => Math.round(1000 * entropyOf(p)) >= 7000).length)
    expect(blocksInto(stdout, 'random')).toBeGreaterThan(0)
  })

  it('lists it, and a broken package with the reason', async (test) => {
    if (why) return test.skip(why)
    const { code, stdout } = await streamline('list', '--json')
    expect(code).toBe(0)
    const { functions, packages } = JSON.parse(stdout) as Record<
      string,
      { name: string; package: string; broken?: string }[]
    >
    expect(functions!.find((f) => f.name === 'entropy')?.package).toBe('streamline-fe-entropy')
    expect(functions!.some((f) => f.name === 'broken')).toBe(false)
    expect(packages!.find((p) => p.name === 'streamline-fe-broken')).toMatchObject({
      version: '3.2.1',
      broken: "module './lost.js' is missing",
    })
    const broken = packages!.filter((p) => p.broken !== undefined).map((p) => p.name)
    expect(broken).toEqual(['streamline-fe-broken'])
    const people = await streamline('list')
    expect(people.stdout).toMatch(/broken packages\n +streamline-fe-broken .*lost\.js/)
  })

  it('says of a function of a broken package that it is missing', async (test) => {
    if (why) return test.skip(why)
    const { code, stdout } = await streamline('run', '(pcap,path=sample.pcap) > (broken)', '--json')
    expect(code).toBe(3)
    const { error } = JSON.parse(stdout)
    expect(error).toMatchObject({ code: 'SL_FUNCTION_UNKNOWN', detail: { function: 'broken' } })
    expect(error.detail.hint).toContain('streamline-fe-broken')
  })

  it('does the same through the typed API', async (test) => {
    if (why) return test.skip(why)
    const text = '(pcap,path=sample.pcap) > (tcp) > (entropy,least=256) 7001:8001> (count)'
    const written = await streamline('run', text, '--json')
    const typed = await manager.script(at.directory, at.tools, ['app.mjs', 'sample.pcap'])
    expect({ code: typed.code, stderr: typed.stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(typed.stdout).blocksIn).toBeGreaterThan(0)
    expect(JSON.parse(typed.stdout).blocksIn).toBe(blocksInto(written.stdout, 'count#1'))
  })

  it('keeps its packages to itself', (test) => {
    if (why) return test.skip(why)
    expect(existsSync(join(at.directory, 'node_modules', '@netstreamline'))).toBe(!manager.name.startsWith('Yarn'))
  })
})
