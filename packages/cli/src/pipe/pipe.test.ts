import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { nativeProblem } from '@netstreamline/rings/node'
import { describe, expect, it } from 'vitest'
import { bash, bin, streamline, workplace } from '../testing/command.js'

const problem = nativeProblem()
/** Eight megabytes that no two places have in common. */
const data = new Uint8Array(8e6)
for (let i = 0; i < data.length; i++) data[i] = (i * 2654435761) >>> 13
const cwd = workplace({ data })
const hash = createHash('sha256').update(data).digest('hex')
/** Names of its own, so that it meets no other rings of the machine. */
const options = { cwd, env: { STREAMLINE_DIR: join(cwd, 'names') } }
const names = (): string[] => readdirSync(join(cwd, 'names'))

const turn = () => new Promise((done) => setTimeout(done, 10))

/** The command in the background, its standard input open. */
const start = (args: readonly string[]) => {
  const child = spawn(process.execPath, [bin, ...args], { ...options, env: { ...process.env, ...options.env } })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const exited = new Promise<{ code: number | null; out: string; err: string }>((done) =>
    child.once('close', (code) => done({ code, out, err })),
  )
  const said = async (text: string): Promise<void> => {
    while (!out.includes(text)) await turn()
  }
  return { process: child, exited, said }
}

/** What top says of a ring once somebody reads it. */
const readersOf = async (name: string): Promise<{ rings: { readers: object[] }[] }> => {
  for (;;) {
    const found = JSON.parse((await streamline(['top', name, '--json', '--interval', '10ms'], options)).out)
    if (found.rings[0]?.readers?.length > 0) return found
  }
}

describe.skipIf(problem !== undefined)(`streamline pipe${problem ? ` (skipped: ${problem})` : ''}`, () => {
  it('gives all of it to every reader, whoever comes first', async () => {
    const { code, out, err } = await bash(
      `for i in 1 2 3; do $N $S pipe -r x | sha256sum > sum$i & done
       $N $S pipe -w x --readers 3 --size 64k --json < data
       wait; cat sum?`,
      options,
    )
    expect(err).toBe('')
    expect(code).toBe(0)
    const [summary, ...sums] = out.trim().split('\n')
    expect(JSON.parse(summary!)).toMatchObject({ name: 'x', bytes: data.length, readers: 3 })
    expect(sums).toEqual([1, 2, 3].map(() => `${hash}  -`))
    expect(names()).toEqual([])
  })

  it('ends when its readers have gone, and says so', async () => {
    const { out, err } = await bash(
      `(yes | $N $S pipe -w y; echo "writer $?") & $N $S pipe -r y | head -c 100000 | wc -c; wait`,
      options,
    )
    expect(out.split('\n').sort()).toEqual(['', '100000', 'writer 1'])
    expect(err).toContain('all readers of y have left')
    expect(names()).toEqual([])
  })

  it('with --keep goes on with the next reader', async () => {
    const writer = start(['pipe', '-w', 'k', '--keep', '--size', '4k'])
    writer.process.stdin!.on('error', () => {}).write(data)
    for (let i = 0; i < 2; i++) {
      expect((await bash('$N $S pipe -r k | head -c 1000 | wc -c', options)).out).toBe('1000\n')
    }
    writer.process.kill('SIGINT')
    expect(await writer.exited).toMatchObject({ code: 130 })
    expect(names()).toEqual([])
  })

  it('tells readers that the writer was killed, after all that it had published', async () => {
    const writer = start(['pipe', '-w', 'd'])
    writer.process.stdin!.on('error', () => {}).write('hello')
    const reader = start(['pipe', '-r', 'd'])
    await reader.said('hello')
    writer.process.kill('SIGKILL')
    const { code, out, err } = await reader.exited
    expect({ code, out }).toEqual({ code: 3, out: 'hello' })
    expect(err).toContain('the writer of d died')
    expect(names()).toEqual([])
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('ends in order on %s, on both sides', async (signal) => {
    const writer = start(['pipe', '-w', 's'])
    const reader = start(['pipe', '-r', 's'])
    await readersOf('s')
    const code = signal === 'SIGINT' ? 130 : 143
    reader.process.kill(signal)
    expect(await reader.exited).toEqual({ code, out: '', err: '' })
    writer.process.kill(signal)
    expect(await writer.exited).toMatchObject({ out: '', err: '' })
    expect(names()).toEqual([])
  })
})

describe.skipIf(problem !== undefined)(`streamline top${problem ? ` (skipped: ${problem})` : ''}`, () => {
  it('shows rings and their readers, as a table and as JSON', async () => {
    const writer = start(['pipe', '-w', 't'])
    const reader = start(['pipe', '-r', 't'])
    const { rings } = await readersOf('t')
    expect(rings).toMatchObject([
      { name: 't', kind: 'c', state: 'alive', ringState: 'open', readers: [{ strategy: 'srp', lag: 0 }] },
    ])
    const { out } = await streamline(['top', 't', '--interval', '10ms'], options)
    expect(out).toMatch(/^ring +pid +kind +size/)
    expect(out).toMatch(/^t +\d+ +c srp +1\.0 MB/m)
    expect(out).toMatch(/^└ reader +\d+ +srp/m)
    expect((await streamline(['top', 'nobody', '--interval', '10ms'], options)).out).toBe('no rings\n')
    for (const one of [writer, reader]) one.process.kill('SIGINT')
    await Promise.all([writer.exited, reader.exited])
  })

  it('shows names that the dead have left, and doctor --clean removes them', async () => {
    const writer = start(['pipe', '-w', 'left'])
    while (!(await streamline(['top', '--interval', '10ms'], options)).out.includes('left')) await turn()
    writer.process.kill('SIGKILL')
    await writer.exited
    expect((await streamline(['top', '--interval', '10ms'], options)).out).toMatch(/^left: its producer is dead/)
    expect((await streamline(['doctor'], options)).out).toMatch(
      /^warn +names of rings +1 left by dead processes: left$/m,
    )
    expect((await streamline(['doctor', '--clean'], options)).out).toMatch(/^ok +names of rings +removed left$/m)
    expect(names()).toEqual([])
  })
})

describe('pipe and top, used wrongly', () => {
  it.each([
    [['pipe', 'x'], 'pipe needs either -w or -r'],
    [['pipe', 'x', '-w', '-r'], 'pipe needs either -w or -r'],
    [['pipe', 'x', '-r', '--size', '1M'], '--size is for the writer'],
    [['pipe', 'x', '-w', '--size', 'much'], "--size: 'much' makes no sense"],
    [['pipe', 'x', '-w', '--strategy', 'slow'], 'choose srp, mrp, frp'],
    [['pipe', 'x', '-w', '--readers', '33'], 'from 1 to 32'],
    [['top', '--interval', 'often'], "--interval: 'often' is no duration"],
  ])('%j', async (args, message) => {
    const { code, out, err } = await streamline(args)
    expect(code).toBe(2)
    expect(out).toBe('')
    expect(err).toContain(message)
  })

  it('say what to do where there is no native part', async () => {
    const { code, err } = await streamline(['pipe', 'x', '-w'], { env: { STREAMLINE_NO_NATIVE: '1' } })
    expect(code).toBe(3)
    expect(err).toContain('SL_RING_NATIVE')
    expect(err).toContain('STREAMLINE_NO_NATIVE=1 is set')
  })
})
