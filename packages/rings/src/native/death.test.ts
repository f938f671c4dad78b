import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync } from 'node:fs'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createArena } from '../arena.js'
import { TABLE, WORD } from '../format.js'
import { copySlots, isDeserted } from '../ring/slots.js'
import { killAll, missing, names, removeAll } from '../testing/c-programs.js'
import { addon, codeOf, type Made, makeArea, mapArea, native, problem, until } from '../testing/native.js'
import type { NativeArea } from './types.js'

// Processes that are killed at any moment: nobody waits for them, and nothing of them stays.

const arena = createArena({ bytes: 2 ** 24 })
const ends: NativeArea[] = []
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  killAll()
  for (const end of ends.splice(0)) end.close()
  if (problem === undefined && missing === '') expect(readdirSync(names)).toEqual([])
})
afterAll(removeAll)
if (missing === '') mkdirSync(names, { mode: 0o711, recursive: true })

const serve = (name = 'r', options: object = {}): Made => {
  const one = makeArea(arena, options)
  ends.push(one.handle)
  one.handle.serve(name, 'user', names)
  return one
}
const open = (name: string): NativeArea => {
  const reader = native.open(name, { dir: names })
  ends.push(reader)
  return reader
}

/** A process that has the addon as `native`, an arena's `bytes` and `dir`, and says when it is ready. */
const start = async (script: string): Promise<ChildProcess> => {
  const child = spawn(
    process.execPath,
    [
      '-e',
      `const native = require(process.argv[1])
       const dir = process.argv[2]
       const memory = new WebAssembly.Memory({ initial: 64, maximum: 64, shared: true })
       const bytes = new Uint8Array(memory.buffer)
       setInterval(() => {}, 1000)
       ${script}
       console.log('ready')`,
      addon,
      names,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  children.push(child)
  await Promise.race([
    once(child.stdout!, 'data'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the child has ended: ${code}`))),
  ])
  return child
}
/** It may be gone already. */
const gone = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}
const READER = `native.open('r', { dir }).map(bytes, 65536)`
const PRODUCER = `
  const one = native.create(bytes, 65536, 8192, 4096, 'dies')
  new Int32Array(memory.buffer, 65536).set([0x47524c53, 0, 0, 0, 0, 0, 99, 0, 0, 0, 8192, 8])
  one.serve('dies', 'user', dir)`

const why = problem ?? (missing || undefined)

describe.skipIf(why)('a process that is killed', () => {
  it('as a reader gives its slot back and wakes the producer', async () => {
    const { area, handle } = serve()
    let rings = 0
    handle.onSignal(() => rings++)
    const child = await start(READER)
    Atomics.store(area.words, area.table + TABLE.writerSleeps, 1)
    expect(isDeserted(area)).toBe(false)
    child.kill('SIGKILL')
    await until(() => isDeserted(area) && rings > 0)
    expect(handle.evictions).toBe(1)
    expect(Atomics.load(area.words, area.table + TABLE.writerSleeps)).toBe(0)
  })

  it('as a reader while the ring moves is free in every area, whenever it dies', async () => {
    let [from, killed] = [serve('r', { id: 500 }), 0]
    for (let round = 0; round < 12; round++) {
      const child = await start(READER)
      const to = makeArea(arena, { id: 501 + round })
      ends.push(to.handle)
      // Before the slots are copied, between, or after; the keeper notices some time later.
      if (round % 4 === 0) child.kill('SIGKILL')
      copySlots(from.area, to.area)
      if (round % 4 === 1) child.kill('SIGKILL')
      if (round % 4 === 2) {
        child.kill('SIGKILL')
        await until(() => from.handle.evictions + to.handle.evictions > 0 || isDeserted(from.area))
      }
      from.handle.succeed(to.handle)
      Atomics.store(from.area.words, WORD.successor, to.area.id)
      child.kill('SIGKILL')
      killed++
      await until(() => isDeserted(from.area) && isDeserted(to.area))
      from.handle.close()
      arena.free(from.area.offset)
      from = to
    }
    expect(killed).toBe(12)
    expect(native.open('r', { dir: names, observe: true }).id).toBe(512)
  })

  it('as a producer: readers hear of it, keep what they have mapped, and the last one removes its name', async () => {
    const child = await start(PRODUCER)
    const [first, second] = [open('dies'), open('dies')]
    const words = new Int32Array(arena.buffer, mapArea(arena, first), 16)
    mapArea(arena, second)
    let rings = 0
    second.onSignal(() => rings++)
    second.hold(true)
    child.kill('SIGKILL')
    await until(() => first.status[0] === 1 && second.status[0] === 1 && rings > 0)
    expect(words[0]).toBe(0x47524c53)
    await gone(child)
    expect(codeOf(() => open('dies'))).toBe('ECONNREFUSED')
    first.close()
    second.close()
    expect(readdirSync(names)).toEqual([])
  })

  it('as a producer without readers leaves a name, which is taken over or removed', async () => {
    for (const way of ['taken', 'removed']) {
      const child = await start(PRODUCER)
      child.kill('SIGKILL')
      await gone(child)
      expect(native.list({ dir: names })).toEqual([{ name: 'dies', state: 'stale' }])
      if (way === 'removed') expect(native.removeStale(names)).toEqual(['dies'])
      else {
        const { handle } = serve('dies', { id: 99 })
        expect(native.list({ dir: names })).toEqual([{ name: 'dies', state: 'alive' }])
        handle.close()
      }
      expect(readdirSync(names)).toEqual([])
    }
    serve('alive')
    expect(native.removeStale(names)).toEqual([])
    expect(native.list({ dir: names })).toEqual([{ name: 'alive', state: 'alive' }])
  })

  it('as a producer that has just moved: its readers find the successor all the same', async () => {
    const child = await start(`${PRODUCER}
      const next = native.create(bytes, 2 * 65536, 8192, 4096, 'next')
      const words = new Int32Array(memory.buffer, 2 * 65536)
      words.set([0x47524c53, 0, 0, 0, 0, 0, 100, 0, 0, 0, 8192, 8])
      words[256] = 4711
      // When its reader is there: one slot, kept.
      const before = new Int32Array(memory.buffer, 65536)
      const slot = (8192 + 512) / 4
      const timer = setInterval(() => {
        if (before[slot] !== 1) return
        clearInterval(timer)
        for (const w of [0, 1, 2, 3, 4]) words[slot + w] = before[slot + w]
        words[slot + 6] = 1
        one.succeed(next)
        process.kill(process.pid, 'SIGKILL')
      }, 1)`)
    const reader = open('dies')
    await gone(child)
    await until(() => reader.status[0] === 1)
    const next = reader.successor(100)
    ends.push(next)
    expect(next).toMatchObject({ id: 100, slot: reader.slot, epoch: reader.epoch })
    expect(next.status[0]).toBe(1)
    expect(new Int32Array(arena.buffer, mapArea(arena, next), 257)[256]).toBe(4711)
    expect(codeOf(() => reader.successor(101))).toBe('ECONNRESET')
  })
})
