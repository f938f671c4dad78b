// Streams that leave the process: (ring) and `export`, read by other processes by name.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nativeProblem } from '@netstreamline/rings/node'
import { afterAll, afterEach, describe, expect, it } from 'vitest'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const sample = join(root, 'examples/sample.pcap')
const names = mkdtempSync(join(tmpdir(), 'streamline-export-'))
afterAll(() => rmSync(names, { recursive: true, force: true }))

const running = new Set<ChildProcess>()
afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
})

const start = (...args: string[]) => {
  const child = spawn(process.execPath, [join(root, 'packages/cli/bin/streamline.js'), ...args], {
    env: { ...process.env, STREAMLINE_DIR: names },
  })
  running.add(child)
  const out: Buffer[] = []
  let err = ''
  child.stdout.on('data', (part: Buffer) => out.push(part))
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    err += part
  })
  const done = new Promise<{ code: number | null; out: Buffer; err: string }>((resolve) =>
    child.once('close', (code) => {
      running.delete(child)
      resolve({ code, out: Buffer.concat(out), err })
    }),
  )
  const first = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()))
  return { child, done, first }
}
const run = async (request: string) => {
  const { code, out, err } = await start('run', request, '--json').done
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return JSON.parse(out.toString()) as { nodes: { name: string; blocksIn: number; bytesIn: number }[] }
}
const countOf = ({ nodes }: Awaited<ReturnType<typeof run>>): number =>
  nodes.find((n) => n.name.startsWith('count'))!.blocksIn

const problem = nativeProblem()
describe.skipIf(problem !== undefined)(`streams between processes${problem ? ` (skipped: ${problem})` : ''}`, () => {
  it('come through (ring) whole: a request in two processes counts what one counts', async () => {
    const filter = '(bpf,expression="tcp port 80") > (count)'
    const whole = await run(`(pcap,path=${sample}) > ${filter}`)
    // A ring smaller than the capture: the one process has to wait for the other.
    const upper = run(`(pcap,path=${sample}) > (ring,path=p,readers=2,size=8k) > (null)`)
    const until = async (): Promise<void> => {
      while (!readdirSync(names).includes('p')) await new Promise((done) => setTimeout(done, 10))
    }
    await until()
    const lower = [run(`(ring,path=p,kind=1) > ${filter}`), run(`(ring,path=p,kind=1) > ${filter}`)]
    expect(countOf(await lower[0]!)).toBe(countOf(whole))
    expect(countOf(await lower[1]!)).toBe(countOf(whole))
    await upper
    expect(readdirSync(names)).toEqual([])
  })

  it('are readable by the name of the function, with export', async () => {
    const request = start('run', `(pcap,path=${sample},loop=1000000) > (udp,export) > (null)`)
    const reader = start('pipe', '-r', 'udp')
    await reader.first
    request.child.kill('SIGINT')
    expect((await request.done).code).toBe(130)
    const { code, out } = await reader.done
    expect(code).toBe(0)
    expect(out.length).toBeGreaterThan(0)
    expect(readdirSync(names)).toEqual([])
  })

  it('end with an error that names the ring when nobody makes it', async () => {
    const { code, err } = await start('run', '(ring,path=nobody) > (count)').done
    expect(code).toBe(3)
    expect(err).toContain('ring nobody: there is no such ring')
  })
})
