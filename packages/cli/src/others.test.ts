import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commands } from './commands.js'
import { bash, streamline, workplace } from './testing/command.js'

const cwd = workplace({ 'package.json': JSON.stringify({ name: 'app', dependencies: { 'fe-broken': '1.0.0' } }) })
mkdirSync(join(cwd, 'node_modules', 'fe-broken'), { recursive: true })
const broken = { name: 'fe-broken', version: '1.0.0', streamline: './streamline.json' }
writeFileSync(join(cwd, 'node_modules', 'fe-broken', 'package.json'), JSON.stringify(broken))

describe('help', () => {
  it('names every command', async () => {
    const { code, out } = await streamline(['--help'])
    expect(code).toBe(0)
    for (const { name } of commands) expect(out).toMatch(new RegExp(`^  ${name} `, 'm'))
  })
  it.each(commands.map((command) => command.name))(
    'of %s has its options and examples, by all three ways',
    async (name) => {
      const pages = await Promise.all(
        [
          ['help', name],
          [name, '--help'],
          [name, '-h'],
        ].map((args) => streamline(args)),
      )
      expect(pages.map((page) => page.code)).toEqual([0, 0, 0])
      expect(new Set(pages.map((page) => page.out)).size).toBe(1)
      expect(pages[0]!.out).toMatch(/^Examples:\n {2}(# .*\n {2})?\S/m)
    },
  )
  it('without any argument is a mistake of use', async () => {
    const { code, out, err } = await streamline([])
    expect([code, out, err]).toEqual([2, '', expect.stringContaining('Usage: streamline COMMAND')])
  })
  it('has a version', async () => {
    expect((await streamline(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe('streamline list', () => {
  it('shows functions with package and summary, and broken packages with the reason', async () => {
    const { code, out } = await streamline(['list'], { cwd })
    expect(code).toBe(0)
    expect(out).toMatch(/^ {2}count, counter +@netstreamline\/fe-std +\S/m)
    expect(out).toMatch(/^broken packages\n {2}fe-broken +1\.0\.0 +\S/m)
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThan(121)
  })
  it('gives JSON', async () => {
    const { functions, translators, spaces, packages } = JSON.parse((await streamline(['list', '--json'], { cwd })).out)
    const pcap = functions.find((f: { name: string }) => f.name === 'pcap')
    expect(pcap).toMatchObject({ package: '@netstreamline/fe-std', role: ['source', 'sink'] })
    expect(translators.map((t: { from: string }) => t.from)).toContain('bpf')
    expect(spaces.map((s: { name: string }) => s.name)).toContain('process')
    expect(packages.find((p: { name: string }) => p.name === 'fe-broken').broken).toMatch(/missing|cannot read/)
  })
})

describe('streamline inspect', () => {
  it('shows options, kinds, state and examples of a function', async () => {
    const { code, out } = await streamline(['inspect', 'pcap'])
    expect(code).toBe(0)
    for (const part of [
      /^pcap$/m,
      /^ {2}takes +link/m,
      /^ {2}state +/m,
      /^ {2}path {2}string; required/m,
      /^examples\n {2}\(pcap/m,
    ]) {
      expect(out).toMatch(part)
    }
  })
  it('knows aliases, spaces and packages', async () => {
    expect((await streamline(['inspect', 'counter'])).out).toMatch(/^count \(also counter\)/)
    expect((await streamline(['inspect', 'process'])).out).toMatch(/^process \(space\)/)
    expect((await streamline(['inspect', 'fe-broken'], { cwd })).out).toMatch(/^ {2}broken +\S/m)
  })
  it('gives the manifest as JSON', async () => {
    const { functions, translators } = JSON.parse((await streamline(['inspect', 'bpf', '--json'])).out)
    expect([...functions, ...translators].length).toBeGreaterThan(0)
  })
  it('does not know everything', async () => {
    const { code, err } = await streamline(['inspect', 'pcapp'])
    expect([code, err]).toEqual([3, expect.stringContaining('similar: pcap')])
  })
})

describe('streamline filter', () => {
  it('prints like tcpdump -d, -dd and -ddd', async () => {
    const [d, dd, ddd] = await Promise.all(
      [[], ['-dd'], ['-ddd']].map((style) => streamline(['filter', ...style, 'ip'])),
    )
    expect(d!.out).toBe(
      '(000) ldh      [12]\n(001) jeq      #0x800           jt 2\tjf 3\n(002) ret      #262144\n(003) ret      #0\n',
    )
    expect(dd!.out).toBe(
      '{ 0x28, 0, 0, 0x0000000c },\n{ 0x15, 0, 1, 0x00000800 },\n{ 0x6, 0, 0, 0x00040000 },\n{ 0x6, 0, 0, 0x00000000 },\n',
    )
    expect(ddd!.out).toBe('4\n40 0 0 12\n21 0 1 2048\n6 0 0 262144\n6 0 0 0\n')
  })
  it('takes link type, snapshot length, several words and none', async () => {
    expect(
      (await streamline(['filter', '-d', '--linktype', 'RAW', '--snaplen', '0096', 'ip', 'proto', '0x11'])).out,
    ).toContain('ret      #96')
    expect((await streamline(['filter'])).out).toBe('(000) ret      #262144\n')
    expect((await streamline(['filter', '--', '-1 < len'])).code).toBe(0)
    const plain = (await streamline(['filter', 'ip and ip'])).out
    expect((await streamline(['filter', '-O', 'ip and ip'])).out.length).toBeGreaterThan(plain.length)
  })
  it.each([
    [['--linktype', 'NONE', 'ip'], 'SL_USAGE'],
    [['--snaplen', '-1', 'ip'], 'SL_USAGE'],
    [['--snaplen', '1e3', 'ip'], 'SL_USAGE'],
    [['tcp prot 80'], 'SL_FILTER'],
  ])('refuses %j', async (args, errorCode) => {
    const { code, out, err } = await streamline(['filter', ...args])
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(`error ${errorCode}: `)])
  })
})

describe('streamline doctor', () => {
  it('says of each check whether it is ok, and what to do', async () => {
    const { code, out } = await streamline(['doctor', '--json'], { cwd })
    expect(code).toBe(0)
    const { ok, checks } = JSON.parse(out)
    expect(ok).toBe(false)
    const named = (name: string) => checks.find((check: { name: string }) => check.name === name)
    expect(named('node').ok).toBe(true)
    expect(named('arena').found).toMatch(/GB|MB/)
    expect(named('broken package')).toMatchObject({ ok: false, fix: expect.stringMatching(/\S/) })
    expect((await streamline(['doctor'], { cwd })).out).toMatch(/^warn {2}broken package .*\n +/m)
  })
  it('notices that code generation is forbidden', async () => {
    const { out } = await bash('"$N" --disallow-code-generation-from-strings "$S" doctor --json')
    const check = JSON.parse(out).checks.find((c: { name: string }) => c.name === 'code generation')
    expect(check.ok).toBe(false)
  })
})

describe('streamline completion', () => {
  const words = async (...given: string[]) =>
    (await streamline(['completion', 'words', '--', ...given], { cwd })).out.split('\n').filter(Boolean)
  it.each(['bash', 'zsh', 'fish'])('prints a script for %s', async (shell) => {
    const { code, out } = await streamline(['completion', shell])
    expect([code, out]).toEqual([0, expect.stringContaining('streamline completion words')])
  })
  it('knows no other shell', async () => {
    expect((await streamline(['completion', 'tcsh'])).code).toBe(2)
  })
  it('offers commands, options, functions, and options and values of functions', async () => {
    expect(await words('r')).toEqual(['run'])
    expect(await words('run', '--e')).toEqual(['--explain'])
    expect(await words('inspect', 'pca')).toEqual(['pcap'])
    expect(await words('run', '(pca')).toEqual(['(pcap'])
    expect(await words('run', '(pcap,path=a) > (cou')).toEqual(['(pcap,path=a) > (count', '(pcap,path=a) > (counter'])
    expect(await words('run', '(pcap,pa')).toEqual(['(pcap,path='])
    expect(await words('run', '(null) > (pcap,path=x,format=pcapn')).toEqual(['(null) > (pcap,path=x,format=pcapng'])
    expect(await words('run', '(nothing,')).toEqual([])
  })
  it('works in bash', async () => {
    const line = `streamline() { "$N" "$S" "$@"; }; source <(streamline completion bash)
      COMP_WORDS=(streamline run "'(cou"); COMP_CWORD=2; _streamline; printf '%s\\n' "\${COMPREPLY[@]}"`
    expect((await bash(line, { cwd })).out).toBe('(count\n(counter\n')
  })
})
