import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StreamlineError } from '@netstreamline/core'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createArena } from '../arena.js'
import { nativeProblem } from '../native/load.node.js'
import {
  type Child,
  copyBuilt,
  fillBlock,
  killChildren,
  SIZES,
  startReader,
  startWriter,
} from '../testing/ring-child.js'
import { createSharedRing, type SharedRingOptions, type SharedRingWriter } from './create.node.js'
import { listSharedRings, nameOfRing, removeStaleRings } from './names.node.js'
import { observeSharedRing, openSharedRing } from './open.node.js'

const problem = nativeProblem()
const dir = mkdtempSync(join(tmpdir(), 'streamline-rings-'))
chmodSync(dir, 0o711)
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const arena = createArena({ bytes: 2 ** 26 })
const writers: SharedRingWriter[] = []
afterEach(() => {
  killChildren()
  for (const writer of writers.splice(0)) writer.close()
  expect(arena.used).toBe(0)
  // Nothing stays of rings whose ends have all gone.
  expect(readdirSync(dir).filter((name) => !name.startsWith('left-'))).toEqual([])
})

const make = (options: Partial<SharedRingOptions> = {}): SharedRingWriter => {
  const writer = createSharedRing({ name: 'r', bytes: 2 ** 14, dir, arena, ...options })
  writers.push(writer)
  return writer
}
const block = new Uint8Array(4 + SIZES)
const writeBlock = async (writer: SharedRingWriter, n: number): Promise<void> => {
  const length = fillBlock(block, n)
  while (writer.write(block.subarray(0, length)) < 0) await writer.waitRoom(1000)
}
const joined = async (options: object = {}, more: object = {}): Promise<Child> => {
  const child = startReader({ name: 'r', options: { dir, ...options }, ...more })
  expect(await child.next()).toEqual({ joined: true })
  return child
}
const codeOf = (what: () => unknown): string => {
  try {
    what()
  } catch (error) {
    expect(error).toBeInstanceOf(StreamlineError)
    return (error as StreamlineError).code
  }
  return 'no error'
}
const turn = () => new Promise((done) => setTimeout(done, 1))

describe.skipIf(problem !== undefined)(`rings between processes${problem ? ` (skipped: ${problem})` : ''}`, () => {
  describe.each([{ kind: 'd' as const }, { kind: 'v' as const }, { kind: 'p' as const, slotBytes: 4 + SIZES }])(
    'of kind $kind',
    (shape) => {
      it.each(['srp', 'mrp', 'frp'] as const)(
        'show two readers whole blocks in order, losses counted: %s',
        async (strategy) => {
          const writer = make({ ...shape, strategy })
          const readers = [await joined(), await joined({}, { sync: true })]
          const count = 20_000
          for (let n = 0; n < count; n++) {
            await writeBlock(writer, n)
            if (strategy !== 'srp' && n % 500 === 0) await turn()
          }
          writer.end()
          for (const reader of readers) {
            const seen = (await reader.next()) as { blocks: number; lost: number; read: number }
            expect(seen).toMatchObject({ wrong: 0, state: 'ended' })
            expect(seen.read).toBe(seen.blocks)
            if (strategy === 'srp') expect(seen).toMatchObject({ blocks: count, torn: 0, lost: 0 })
            else expect(seen.blocks + seen.lost).toBe(count)
            expect(await reader.exited).toMatchObject({ code: 0, errors: '' })
          }
        },
      )
    },
  )

  it('go on when they move to other memory, several times', async () => {
    const writer = make({ kind: 'v' })
    const readers = [await joined(), await joined({}, { sync: true })]
    for (let n = 0; n < 20_000; n++) {
      if (n % 2000 === 1999) writer.moveTo({ bytes: 2 ** (13 + (n % 3)), kind: n % 4000 === 1999 ? 'd' : 'v' })
      await writeBlock(writer, n)
    }
    writer.end()
    for (const reader of readers) {
      expect(await reader.next()).toMatchObject({ blocks: 20_000, wrong: 0, lost: 0, state: 'ended' })
    }
  })

  it('go on when a reader is killed', async () => {
    const writer = make()
    const other = await joined()
    for (let round = 0; round < 3; round++) {
      const victim = await joined()
      for (let n = round * 2000; n < (round + 1) * 2000; n++) {
        if (n % 2000 === 700) victim.process.kill('SIGKILL')
        await writeBlock(writer, n)
      }
      await victim.exited
    }
    writer.end()
    expect(await other.next()).toMatchObject({ blocks: 6000, wrong: 0, lost: 0, state: 'ended' })
    while (writer.readers() > 0) await turn()
  })

  it('tell readers that their producer was killed, after everything that it had published', async () => {
    const producer = startWriter({ options: { name: 'r', bytes: 2 ** 14, dir, readers: 1 }, gap: 100 })
    expect(await producer.next()).toEqual({ ready: true })
    const reader = openSharedRing('r', { dir, arena, from: 'oldest' })
    let n = 0
    while (reader.state === 'open') {
      if (reader.peek() < 0) await reader.wait(1000)
      else {
        expect(reader.length).toBe(4 + (n % SIZES))
        if (++n === 3000) producer.process.kill('SIGKILL')
        reader.next()
      }
    }
    expect(reader.state).toBe('gone')
    expect(n).toBeGreaterThanOrEqual(3000)
    expect(reader.lostBlocks).toBe(0)
    await producer.exited
    // Its name is stale: nobody can join, until a new producer takes it over.
    expect(listSharedRings({ dir })).toEqual([{ name: 'r', state: 'stale' }])
    expect(codeOf(() => openSharedRing('r', { dir, arena }))).toBe('SL_RING_NAME')
    make()
    expect(listSharedRings({ dir })).toEqual([{ name: 'r', state: 'alive' }])
    reader.close()
  })

  it('leave nothing behind when the last reader of a dead producer leaves', async () => {
    const producer = startWriter({ options: { name: 'r', bytes: 2 ** 14, dir }, gap: 100 })
    await producer.next()
    const reader = openSharedRing('r', { dir, arena })
    producer.process.kill('SIGKILL')
    await producer.exited
    while (reader.state === 'open') if (reader.next() < 0) await reader.wait(1000)
    reader.close()
    expect(listSharedRings({ dir })).toEqual([])
  })

  it('leave names that can be removed', async () => {
    const producer = startWriter({ options: { name: 'left', bytes: 2 ** 14, dir }, gap: 100 })
    await producer.next()
    producer.process.kill('SIGKILL')
    console.log(await producer.exited, readdirSync(dir), listSharedRings({ dir }))
    expect(removeStaleRings(dir)).toEqual(['left'])
    expect(listSharedRings({ dir })).toEqual([])
  })

  it('have one producer by name, and ids that lead to names', () => {
    const writer = make()
    expect(codeOf(() => make())).toBe('SL_RING_NAME')
    expect(nameOfRing(writer.id, { dir })).toBe('r')
    expect(codeOf(() => openSharedRing('nobody', { dir, arena }))).toBe('SL_RING_NAME')
    expect(codeOf(() => make({ name: '../r' }))).toBe('SL_RING_NAME')
  })

  it('have so many places, and no more', () => {
    const writer = make({ maxReaders: 2 })
    const readers = [1, 2].map(() => openSharedRing('r', { dir, arena }))
    expect(codeOf(() => openSharedRing('r', { dir, arena }))).toBe('SL_RING_FULL')
    expect(writer.readers()).toBe(2)
    for (const reader of readers) reader.close()
  })

  it('can be looked at without a place, while they move', async () => {
    const writer = make({ maxReaders: 1 })
    const reader = openSharedRing('r', { dir, arena })
    const observer = observeSharedRing('r', { dir, arena })
    for (let n = 0; n < 10; n++) await writeBlock(writer, n)
    expect(observer.report()).toMatchObject({ name: 'r', pid: process.pid, counters: { published: 10 }, joined: 1 })
    expect(observer.report().readers).toMatchObject([{ pid: process.pid, strategy: 'srp' }])
    writer.moveTo({ bytes: 2 ** 15 })
    await writeBlock(writer, 10)
    expect(observer.report()).toMatchObject({ capacity: 2 ** 15, counters: { published: 11, resizes: 1 } })
    for (let n = 0; n < 11; n++) expect(reader.read(block)).toBe(4 + n)
    reader.close()
    observer.close()
  })
})

const root = process.getuid?.() === 0
const why = problem ?? (root ? undefined : 'needs root, to be another user')
describe.skipIf(why !== undefined)(`processes of another user${why ? ` (skipped: ${why})` : ''}`, () => {
  const other = { uid: 65534, gid: 65534, cwd: '/' }
  // The checkout may lie where they cannot read it.
  const copy = mkdtempSync(join(tmpdir(), 'streamline-other-'))
  chmodSync(copy, 0o755)
  copyBuilt(copy)
  afterAll(() => rmSync(copy, { recursive: true, force: true }))
  it('cannot join a ring of this user', async () => {
    make()
    const child = startReader({ name: 'r', options: { dir, uid: 0 } }, other, copy)
    const { code, errors } = await child.exited
    expect(code).not.toBe(0)
    expect(errors).toContain('SL_RING_ACCESS')
  })

  it('can, where the policy lets them, and read everything', async () => {
    const writer = make({ access: 'other' })
    const child = startReader({ name: 'r', options: { dir, uid: 0 } }, other, copy)
    expect(await child.next()).toEqual({ joined: true })
    for (let n = 0; n < 1000; n++) await writeBlock(writer, n)
    writer.end()
    expect(await child.next()).toMatchObject({ blocks: 1000, wrong: 0, lost: 0, state: 'ended' })
  })
})
