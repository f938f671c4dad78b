import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createArena } from '../arena.js'
import { isDeserted } from '../ring/slots.js'
import { killAll, missing, names, program, removeAll, run } from '../testing/c-programs.js'
import { codeOf, makeArea, native, problem, until } from '../testing/native.js'
import type { NativeArea } from './types.js'

// Processes that keep to no rule, on either side of a registration.

const why = problem ?? (missing || undefined)
const arena = createArena({ bytes: 2 ** 22 })
const ends: NativeArea[] = []
afterEach(() => {
  killAll()
  for (const end of ends.splice(0)) end.close()
})
afterAll(removeAll)

/** Rules that a producer can break, by what its reader says then. */
const LIES: Record<string, string[]> = {
  EPROTO: [
    ...['unsealed', 'can shrink', 'can grow', 'can be written', 'smaller', 'larger', 'sparse', 'huge'],
    ...['pipe', 'socket', 'directory', 'device', 'smaller table', 'table can shrink'],
    ...['no size', 'odd size', 'giant', 'wraps', 'no table', 'giant table'],
    ...['no slot', 'far slot', 'farther slot', 'no id', 'mark as id', 'magic', 'version'],
    ...['no descriptors', 'one descriptor', 'short message', 'long message', 'negative status', 'strange status'],
  ],
  EIO: ['refuses with memory'],
  ECONNREFUSED: ['end'],
  ETIMEDOUT: ['silence', 'other serial', 'flood'],
}
const descriptors = () => readdirSync('/proc/self/fd').length

describe.skipIf(why)('a producer that lies', () => {
  const tell = async (rule: string) => {
    const liar = run('testing/liar.c', names, 'lie', rule)
    await liar.line('serving')
    return liar
  }

  it('is believed if it does not', async () => {
    const { child, result } = await tell('none')
    const reader = native.open('lie', { dir: names })
    ends.push(reader)
    expect(reader).toMatchObject({ id: 77, slot: 0, sizeA: 8192, sizeB: 4096 })
    reader.map(arena.bytes, 65536)
    child.kill('SIGKILL')
    await result
  })

  it.each(Object.entries(LIES).flatMap(([code, rules]) => rules.map((rule) => ({ rule, code }))))(
    'is refused: $rule ($code)',
    async ({ rule, code }) => {
      const { child, result } = await tell(rule)
      const before = descriptors()
      expect(codeOf(() => native.open('lie', { dir: names }))).toBe(code)
      expect(descriptors()).toBe(before)
      child.kill('SIGKILL')
      await result
    },
  )
})

describe.skipIf(why)('clients that send anything', () => {
  it('cost a producer nothing but the time to answer; good ones among them are served', async () => {
    const { handle, area } = makeArea(arena)
    ends.push(handle)
    handle.serve('prey', 'user', names)
    const before = descriptors()
    const uid = String(process.getuid?.())
    const pests = [1, 2, 3].map((seed) => run('testing/pest.c', names, uid, 'prey', '2000', String(seed)))
    for (const { result } of pests) {
      const { tried, good, code } = await result
      expect(code).toBe(0)
      expect(tried).toBe(40)
      expect(good).toBe(40)
    }
    // All their slots are free, all their descriptors closed.
    await until(() => isDeserted(area) && descriptors() === before)
    const reader = native.open('prey', { dir: names })
    expect(reader.slot).toBe(0)
    reader.close()
  })
})

/** What the system says to a reader that tries what it must not, where the policy admits it. */
const PERMITTED = {
  open: '0',
  'A map': 'EACCES',
  'A write': 'EBADF',
  'A shrink': 'EINVAL',
  'A grow': 'EINVAL',
  'A extend': 'EBADF',
  'A punch': 'EBADF',
  'A seal': 'EPERM',
  'B map': '0',
  'B write': '0',
  'B shrink': 'EPERM',
  'B grow': 'EPERM',
  'B extend': 'EPERM',
  'B seal': 'EPERM',
  map: '0',
  protect: 'EACCES',
}

describe.skipIf(why)('a reader that tries everything', () => {
  const root = process.getuid?.() === 0
  const intrude = (access: 'user' | 'other', uid?: number): Record<string, string> => {
    const { handle, area } = makeArea(arena)
    ends.push(handle)
    handle.serve('prey', access, names)
    chmodSync(dirname(names), 0o711)
    area.words.subarray(256, 1280).fill(0x5a5a5a5a)
    const args = [names, String(process.getuid?.()), 'prey']
    const options = uid === undefined ? {} : { uid, gid: uid }
    const { stdout, stderr } = spawnSync(program('testing/intruder.c'), args, { encoding: 'utf8', ...options })
    expect(stderr).toBe('')
    // Not a bit of header or data has changed, and all of it is still there.
    expect(area.words.subarray(256, 1280).every((word) => word === 0x5a5a5a5a)).toBe(true)
    return JSON.parse(stdout)
  }

  it('can write no header, no data, and change no size, though it is the same user', () => {
    const said = intrude('user')
    expect(said).toMatchObject(PERMITTED)
    // Root may open what has mode 0400, which is when the seals decide.
    if (!root) expect(said['A reopen']).toBe('EACCES')
    else {
      expect(said).toMatchObject({ 'A reopen': '0', 'A again map': 'EPERM', 'A again write': 'EPERM' })
      expect(said).toMatchObject({ 'A again shrink': 'EPERM', 'A again grow': 'EPERM', 'A again punch': 'EPERM' })
    }
  })

  const other = root ? undefined : 'needs root, to be another user'
  if (other) console.warn(`tests with another user are skipped: ${other}`)

  it.skipIf(other)('gets nothing if its user is not admitted', () => {
    expect(intrude('user', 65534)).toEqual({ open: 'EACCES', end: '0' })
  })

  it.skipIf(other)('can do no more if its user is admitted, and cannot open the memory again', () => {
    const said = intrude('other', 65534)
    expect(said).toMatchObject({ ...PERMITTED, 'A reopen': 'EACCES', 'memory of the owner': 'EACCES' })
  })

  it.skipIf(other)('cannot be another producer by the same name', () => {
    const { handle } = makeArea(arena)
    ends.push(handle)
    handle.serve('prey', 'other', names)
    const { status } = spawnSync(program('testing/liar.c'), [names, 'prey', 'none'], { uid: 65534, gid: 65534 })
    expect(status).toBe(4)
    expect(existsSync(`${names}/prey`)).toBe(true)
  })
})

describe.skipIf(why)('a directory of names that others could have made', () => {
  it('is refused', () => {
    const base = mkdtempSync(join(tmpdir(), 'streamline-dirs-'))
    const { handle } = makeArea(arena)
    ends.push(handle)
    const wide = `${base}/wide`
    mkdirSync(wide)
    chmodSync(wide, 0o777)
    mkdirSync(`${base}/real`, 0o711)
    symlinkSync(`${base}/real`, `${base}/link`)
    writeFileSync(`${base}/file`, '')
    for (const dir of ['wide', 'link', 'file']) {
      expect([dir, codeOf(() => handle.serve('r', 'user', `${base}/${dir}`))]).toEqual([dir, 'EPERM'])
      expect([dir, codeOf(() => native.open('r', { dir: `${base}/${dir}` }))]).toEqual([dir, 'EPERM'])
    }
    expect(codeOf(() => native.open('r', { dir: `${base}/real`, uid: 12345 }))).toBe('EPERM')
    handle.serve('r', 'user', `${base}/real`)
    rmSync(base, { recursive: true })
  })
})
