import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { capture } from './testing/capture.js'
import { bash, streamline, workplace } from './testing/command.js'

const whole = capture(3000)
const cwd = workplace({
  'a.pcap': whole,
  'cut.pcap': whole.subarray(0, whole.length - 10),
  'text.pcap': 'this is no capture, whatever its name says\n',
  'secret.pcap': whole,
})
chmodSync(join(cwd, 'secret.pcap'), 0)
mkdirSync(join(cwd, 'locked'), 0o555)

const failures: readonly (readonly [what: string, args: readonly string[], exitCode: number, errorCode: string])[] = [
  ['a text that is no request', ['run', '(pcap,path=a.pcap'], 2, 'SL_SRL_SYNTAX'],
  ['a request that is empty', ['run', ' '], 2, 'SL_SRL_SYNTAX'],
  ['a cycle', ['check', '(count,name=a) > (count,name=b) > (a)'], 2, 'SL_SRL_CYCLE'],
  ['a name given twice', ['check', '(pcap,path=a.pcap,name=a) > (count,name=a)'], 2, 'SL_SRL_NAME'],
  ['too deep nesting', ['check', '('.repeat(10_000)], 2, 'SL_SRL_LIMIT'],
  ['a wrong option', ['run', '(pcap,path=a.pcap,lop=3) > (count)'], 2, 'SL_OPTION'],
  ['a wrong value', ['run', '(pcap,path=a.pcap,loop=many) > (count)'], 2, 'SL_OPTION'],
  ['a missing option', ['run', '(pcap) > (count)'], 2, 'SL_OPTION'],
  ['a wrong filter', ['run', '(pcap,path=a.pcap) > (bpf,expression="tcp prot 80") > (count)'], 2, 'SL_FILTER'],
  ['an unknown function', ['run', '(pcap,path=a.pcap) > (cuont)'], 3, 'SL_FUNCTION_UNKNOWN'],
  ['an unknown space', ['run', '(pcap,path=a.pcap) > (count,space=moon)'], 3, 'SL_SPACE_UNKNOWN'],
  ['a missing file', ['run', '(pcap,path=none.pcap) > (count)'], 1, 'SL_NO_FILE'],
  ['a file below a file', ['run', '(pcap,path=a.pcap/b) > (count)'], 1, 'SL_NO_FILE'],
  ['a directory', ['run', '(pcap,path=.) > (count)'], 1, 'SL_IS_DIRECTORY'],
  ['a directory to write to', ['run', '(pcap,path=a.pcap) > (pcap,path=/tmp)'], 1, 'SL_IS_DIRECTORY'],
  ['something that is no capture', ['run', '(pcap,path=text.pcap) > (count)'], 1, 'SL_CAPTURE'],
  ['a truncated capture', ['run', '(pcap,path=cut.pcap) > (count)'], 1, 'SL_CAPTURE'],
  ['a full disk', ['run', '(pcap,path=a.pcap) > (pcap,path=/dev/full)'], 1, 'SL_DISK_FULL'],
  ['no duration', ['run', '--for', 'soon', '(pcap,path=a.pcap) > (count)'], 2, 'SL_USAGE'],
  ['no request', ['run'], 2, 'SL_USAGE'],
  ['two requests', ['run', '(null)', '(null)'], 2, 'SL_USAGE'],
  ['an unknown flag', ['run', '--fast', '(pcap,path=a.pcap) > (count)'], 2, 'SL_USAGE'],
  ['an unknown command', ['runn', '(pcap,path=a.pcap) > (count)'], 2, 'SL_USAGE'],
]

describe('bad input', () => {
  it.each(failures)('%s ends with its code and says what to do', async (_, args, exitCode, errorCode) => {
    const { code, out, err } = await streamline(args, { cwd })
    expect([code, out]).toEqual([exitCode, ''])
    expect(err).toContain(`error ${errorCode}: `)
    expect(err).toMatch(/^hint: \S/m)
    expect(err).not.toMatch(/^ {4}at /m)
  })

  it.each(failures.filter(([, args]) => args[0] === 'run'))(
    '%s is JSON under --json',
    async (_, args, exitCode, errorCode) => {
      const { code, out } = await streamline([args[0]!, '--json', ...args.slice(1)], { cwd })
      expect(code).toBe(exitCode)
      const { error } = JSON.parse(out)
      expect([error.code, typeof error.message, typeof error.detail.hint]).toEqual([errorCode, 'string', 'string'])
    },
  )

  it('shows the place in the request', async () => {
    const { err } = await streamline(['run', '(pcap,path=a.pcap) > (cuont)'], { cwd })
    expect(err).toContain('  (pcap,path=a.pcap) > (cuont)\n                       ^^^^^^^\n')
    expect(err).toContain("did you mean 'count'")
  })

  it('a truncated capture has delivered what came before, and says how much', async () => {
    const { out } = await streamline(['run', '--json', '(pcap,path=cut.pcap) > (count)'], { cwd })
    const { error, nodes } = JSON.parse(out)
    expect(error.detail.packets).toBe(2999)
    expect(nodes[1]).toMatchObject({ function: 'count', blocksIn: 2999 })
  })

  it('a file that may not be read or written is SL_PERMISSION, exit code 4', async () => {
    // Root may read and write everything, unless it gives that up; another user might not reach this directory at all.
    const caps = '-dac_override,-dac_read_search'
    const unprivileged = process.getuid?.() === 0 ? `setpriv --bounding-set ${caps} --inh-caps ${caps} ` : ''
    for (const request of ['(pcap,path=secret.pcap) > (count)', '(pcap,path=a.pcap) > (pcap,path=locked/new.pcap)']) {
      const { code, err } = await bash(`${unprivileged}"$N" "$S" run '${request}'`, { cwd })
      expect([code, err]).toEqual([4, expect.stringContaining('error SL_PERMISSION: ')])
    }
  })

  it('--json with a capture on standard output is a mistake of use', async () => {
    const { code, out } = await streamline(['run', '--json', '(pcap,path=a.pcap) > (pcap,path=-)'], { cwd })
    expect([code, JSON.parse(out).error.code]).toEqual([2, 'SL_USAGE'])
  })

  it('a reader that goes away ends the run quietly', async () => {
    for (const request of [
      '(pcap,path=a.pcap,loop=100000000) > (print)',
      '(pcap,path=a.pcap,loop=100000000) > (pcap,path=-)',
    ]) {
      const line = `"$N" "$S" run '${request}' | head -c 100 | wc -c; echo "\${PIPESTATUS[0]}"`
      const { out, err } = await bash(line, { cwd })
      expect(out.trim().split(/\s+/)).toEqual(['100', '1'])
      expect(err.trimEnd()).toMatch(/^error SL_BROKEN_PIPE: .*$/)
    }
  })

  it.runIf(existsSync('/dev/full'))('a full standard output is SL_DISK_FULL', async () => {
    for (const command of [
      "run '(pcap,path=a.pcap) > (print)'",
      'list',
      "plan '(pcap,path=a.pcap) > (count)'",
      "run --json '(pcap,path=a.pcap) > (count)'",
    ]) {
      const { code, err } = await bash(`"$N" "$S" ${command} > /dev/full`, { cwd })
      expect([command, code, err]).toEqual([command, 1, expect.stringContaining('error SL_DISK_FULL: ')])
    }
  })

  it('closed standard streams are not taken for something else', async () => {
    expect((await bash(`"$N" "$S" run --json '(pcap,path=-) > (count)' <&-`, { cwd })).code).toBe(1)
    expect((await bash(`"$N" "$S" run '(pcap,path=a.pcap) > (count)' 2>&-`, { cwd })).code).toBe(0)
    expect((await bash(`"$N" "$S" run '(pcap,path=a.pcap) > (print)' >&-`, { cwd })).code).toBe(0)
  })

  it('what would steer a terminal is not shown as it is', async () => {
    const { err } = await streamline(['run', '(pcap,path="\\x1b]0;x\\x07.pcap") > (count)'], { cwd })
    expect(err).toContain('SL_NO_FILE')
    expect(err).not.toMatch(/[\x1b\x07]/)
  })
})

describe('docs/reference/errors.md', () => {
  const page = readFileSync(new URL('../../../docs/reference/errors.md', import.meta.url), 'utf8')
  const examples = [...page.matchAll(/^\$ (streamline .*)\n(error .*)$/gm)].map(
    ([, line, error]) => [line!, error!] as const,
  )
  it('has examples', () => expect(examples.length).toBeGreaterThan(10))
  it.each(examples)('%s', async (line, error) => {
    const { code, err } = await bash(`streamline() { "$N" "$S" "$@"; }; ${line}`, { cwd })
    expect(code).not.toBe(0)
    for (const part of error.split('…')) expect(err).toContain(part)
  })
})
