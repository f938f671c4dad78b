import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { cpSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const built = new URL('../../dist/node.js', import.meta.url)
if (!existsSync(fileURLToPath(built)))
  throw new Error('tests with other processes run the built package: build it first')

/** Bytes of block n: its number, then 0 to 199 bytes that depend on it. */
export const SIZES = 200
export const fillBlock = (block: Uint8Array, n: number): number => {
  const length = 4 + (n % SIZES)
  new DataView(block.buffer, block.byteOffset).setInt32(0, n, true)
  for (let i = 4; i < length; i++) block[i] = n * 31 + i * 7
  return length
}

/** Puts the built packages where another user can read them. */
export const copyBuilt = (to: string): void => {
  for (const name of ['rings', 'core']) {
    const from = fileURLToPath(new URL(`../../../${name}/`, import.meta.url))
    const into = join(to, 'node_modules/@netstreamline', name)
    for (const part of ['package.json', 'dist', 'prebuilds']) {
      if (existsSync(join(from, part))) cpSync(join(from, part), join(into, part), { recursive: true })
    }
  }
}

const COMMON = `
const rings = await import(process.argv[2] + 'node.js')
const arg = JSON.parse(process.argv[1])
const say = (what) => process.stdout.write(JSON.stringify(what) + '\\n')
const { createArena } = await import(process.argv[2] + 'arena.js')
const arena = createArena({ bytes: 2 ** 26 })
`

/** Reads the ring \`arg.name\` to its end, checks every block, and says what it has seen. */
const READER = `${COMMON}
const reader = rings.openSharedRing(arg.name, { ...arg.options, arena })
say({ joined: true })
const { bytes } = arena
const seen = { blocks: 0, torn: 0, wrong: 0, last: -1 }
const number = (at) => bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)
while (reader.state === 'open') {
  if (reader.peek() < 0) {
    if (arg.sync) reader.waitSync(1000)
    else await reader.wait(1000)
    continue
  }
  const n = number(reader.offset)
  let isRight = n > seen.last && reader.length === 4 + (n % ${SIZES})
  for (let i = 4; isRight && i < reader.length; i++) isRight = bytes[reader.offset + i] === ((n * 31 + i * 7) & 255)
  if (!reader.intact()) seen.torn++
  else if (!isRight) seen.wrong++
  else { seen.blocks++; seen.last = n }
  reader.next()
}
say({ ...seen, state: reader.state, lost: reader.lostBlocks, read: reader.blocks, sleeps: reader.sleeps })
reader.close()
`

/** Writes blocks to the ring \`arg.options\` describes, \`arg.count\` of them or without end, and says when it begins. */
const WRITER = `${COMMON}
const writer = rings.createSharedRing({ ...arg.options, arena })
say({ ready: true })
const block = new Uint8Array(4 + ${SIZES})
const view = new DataView(block.buffer)
for (let n = 0; n < (arg.count ?? Infinity); n++) {
  const length = 4 + (n % ${SIZES})
  view.setInt32(0, n, true)
  for (let i = 4; i < length; i++) block[i] = n * 31 + i * 7
  while (writer.write(block.subarray(0, length)) < 0) await writer.waitRoom(1000)
  if (arg.gap && n % arg.gap === 0) await new Promise((done) => setTimeout(done))
}
writer.close()
say({ done: true })
`

export interface Child {
  readonly process: ChildProcess
  /** The next line that it says. */
  next(): Promise<Record<string, unknown>>
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null; errors: string }>
}

const children = new Set<ChildProcess>()
/** Ends what a failed test has left. */
export const killChildren = (): void => {
  for (const child of children) child.kill('SIGKILL')
}

const start = (script: string, arg: object, options: SpawnOptions, copy?: string): Child => {
  const from =
    copy === undefined ? new URL('./', built) : pathToFileURL(`${copy}/node_modules/@netstreamline/rings/dist/`)
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, JSON.stringify(arg), from.href], {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.add(child)
  const lines: Record<string, unknown>[] = []
  const waiting: ((line: Record<string, unknown>) => void)[] = []
  let text = ''
  let errors = ''
  child.stderr!.setEncoding('utf8').on('data', (part: string) => {
    errors += part
  })
  child.stdout!.setEncoding('utf8').on('data', (part: string) => {
    text += part
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      const line = JSON.parse(text.slice(0, end)) as Record<string, unknown>
      text = text.slice(end + 1)
      const next = waiting.shift()
      if (next) next(line)
      else lines.push(line)
    }
  })
  const exited = new Promise<Awaited<Child['exited']>>((done) =>
    child.once('close', (code, signal) => {
      children.delete(child)
      for (const next of waiting.splice(0)) next({ died: code ?? signal, errors })
      done({ code, signal, errors })
    }),
  )
  const next = (): Promise<Record<string, unknown>> =>
    lines.length > 0 ? Promise.resolve(lines.shift()!) : new Promise((done) => waiting.push(done))
  return { process: child, next, exited }
}

export const startReader = (arg: object, options: SpawnOptions = {}, copy?: string): Child =>
  start(READER, arg, options, copy)
export const startWriter = (arg: object, options: SpawnOptions = {}): Child => start(WRITER, arg, options)
