import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createArena } from '../arena.js'
import { SLOT, SLOT_STATE, TABLE, WAKE } from '../format.js'
import { slotAt } from '../ring/slots.js'
import { codeOf, type Made, makeArea, mapArea, namesDir, native, problem, until } from '../testing/native.js'
import type { NativeArea, OpenOptions } from './types.js'

const arena = createArena({ bytes: 2 ** 25 })
const { dir, left, remove } = namesDir()
const ends: NativeArea[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end.close()
  expect(left()).toEqual([])
})
afterAll(remove)

const serve = (name = 'r', options: object = {}): Made => {
  const made = makeArea(arena, options)
  ends.push(made.handle)
  made.handle.serve(name, 'user', dir)
  return made
}
const open = (name = 'r', options: OpenOptions = {}): NativeArea => {
  const handle = native.open(name, { dir, ...options })
  ends.push(handle)
  return handle
}
const state = (made: Made, slot: number) => Atomics.load(made.area.words, slotAt(made.area, slot) + SLOT.state)

describe.skipIf(problem)('names', () => {
  it('lead to rings, and so do ids', () => {
    const { handle } = serve('first', { id: 0xfffffffe })
    expect(handle.id).toBe(0xfffffffe)
    expect(native.list({ dir })).toEqual([{ name: 'first', state: 'alive' }])
    expect(native.nameOf(0xfffffffe, { dir })).toBe('first')
    expect(codeOf(() => native.nameOf(5, { dir }))).toBe('ENOENT')
    expect(left().sort()).toEqual(['.id-fffffffe', 'first'])
  })

  it.each(['', '.hidden', '../up', 'a/b', 'ä', 'with space', 'x'.repeat(64), 'a\0b'])('are not %j', (name) => {
    const { handle } = makeArea(arena)
    ends.push(handle)
    expect(codeOf(() => handle.serve(name, 'user', dir))).toBe('EINVAL')
    expect(codeOf(() => native.open(name, { dir }))).toBe('ENOENT')
  })

  it('belong to one ring, and so do ids', () => {
    serve('one', { id: 7 })
    const other = makeArea(arena, { id: 7 }).handle
    ends.push(other)
    expect(codeOf(() => other.serve('one', 'user', dir))).toBe('EADDRINUSE')
    expect(codeOf(() => other.serve('two', 'user', dir))).toBe('EEXIST')
    expect(native.list({ dir })).toEqual([{ name: 'one', state: 'alive' }])
    expect(native.nameOf(7, { dir })).toBe('one')
  })

  it('go when their ring is closed, and can be taken again', () => {
    serve().handle.close()
    expect(codeOf(() => open())).toBe('ENOENT')
    expect(left()).toEqual([])
    serve()
    expect(open().slot).toBe(0)
  })

  it('are not given to memory that holds no ring', () => {
    const { handle, area } = makeArea(arena)
    ends.push(handle)
    area.words[10]! += 128
    expect(codeOf(() => handle.serve('r', 'user', dir))).toBe('EINVAL')
    area.words.fill(0, 0, 16)
    expect(codeOf(() => handle.serve('r', 'user', dir))).toBe('EINVAL')
  })
})

describe.skipIf(problem)('a registration', () => {
  it('maps the same memory, with a slot claimed for it', () => {
    const made = serve()
    const reader = open('r', { strategy: 2, wakeMode: WAKE.futex })
    expect(reader).toMatchObject({ role: 'reader', id: made.handle.id, slot: 0, epoch: 1, pid: process.pid })
    const words = new Int32Array(arena.buffer, mapArea(arena, reader), made.area.words.length)
    expect(words).toEqual(made.area.words)
    const slot = slotAt(made.area, 0)
    expect(Array.from(words.slice(slot, slot + 5))).toEqual([SLOT_STATE.claimed, 1, 2, process.pid, WAKE.futex])
    // The table is shared both ways.
    Atomics.store(words, slot + SLOT.wakeMode, WAKE.none)
    expect(made.area.words[slot + SLOT.wakeMode]).toBe(WAKE.none)
  })

  it('ends with its connection: the slot is free again, and counted once', async () => {
    const made = serve()
    const [first, second] = [open(), open()]
    expect([state(made, 0), state(made, 1), made.handle.evictions]).toEqual([1, 1, 0])
    first.close()
    await until(() => state(made, 0) === SLOT_STATE.free)
    expect([state(made, 1), made.handle.evictions, second.status[0]]).toEqual([1, 1, 0])
    // One that has left by the rules was not evicted.
    Atomics.store(made.area.words, slotAt(made.area, 1) + SLOT.state, SLOT_STATE.free)
    second.close()
    expect(open().slot).toBe(0)
    expect(made.handle.evictions).toBe(1)
  })

  it('is refused when there is no slot, until there is one', async () => {
    const made = serve('r', { maxReaders: 2 })
    const [first] = [open(), open()]
    expect(codeOf(() => native.open('r', { dir }))).toBe('EBUSY')
    first!.close()
    await until(() => state(made, 0) === SLOT_STATE.free)
    expect(open().slot).toBe(0)
  })

  it('for looking takes no slot, and is told of nothing', () => {
    const made = serve('r', { maxReaders: 1 })
    open()
    const looks = Array.from({ length: 20 }, () => open('r', { observe: true }))
    expect(looks[19]).toMatchObject({ role: 'observer', slot: -1, epoch: 0 })
    const words = new Int32Array(arena.buffer, mapArea(arena, looks[0]!), made.area.words.length)
    expect(words).toEqual(made.area.words)
    expect(codeOf(() => looks[0]!.onSignal(() => {}))).toBe('EINVAL')
  })

  it('has a limit, after which it is refused and not forgotten', async () => {
    serve()
    const looks = Array.from({ length: 64 }, () => open('r', { observe: true }))
    expect(codeOf(() => native.open('r', { dir, observe: true }))).toBe('EBUSY')
    looks[0]!.close()
    // The connection that was refused is gone too, as soon as the keeper has seen the end of this one.
    await until(() => codeOf(() => open('r', { observe: true })) === 'none')
  })

  it('hears that the ring was closed, and can still read it', async () => {
    const made = serve()
    const reader = open()
    const words = new Int32Array(arena.buffer, mapArea(arena, reader), made.area.words.length)
    const before = words.slice(0, 256)
    made.handle.close()
    await until(() => reader.status[0] === 1)
    expect(words.slice(0, 256)).toEqual(before)
    // Where the producer had it there is nothing any more.
    expect(made.area.words.every((word) => word === 0)).toBe(true)
  })
})

describe.skipIf(problem)('waking', () => {
  it('rings the doorbell of a reader in the event loop, which it alone keeps alive if told to', async () => {
    const made = serve()
    const reader = open('r', { wakeMode: WAKE.eventfd })
    const words = new Int32Array(arena.buffer, mapArea(arena, reader), made.area.words.length)
    let rings = 0
    reader.onSignal(() => rings++)
    reader.hold(true)
    for (let n = 1; n <= 100; n++) {
      made.handle.wakeReaders(1)
      expect(words[slotAt(made.area, 0) + SLOT.wake]).toBe(n)
      await until(() => rings === n)
    }
    reader.onSignal(undefined)
    made.handle.wakeReaders(1)
    await new Promise((done) => setTimeout(done, 20))
    expect(rings).toBe(100)
    // What was rung meanwhile is heard when somebody listens.
    reader.onSignal(() => rings++)
    await until(() => rings === 101)
  })

  it('is done later by the keeper, for those who sleep then', async () => {
    const made = serve()
    const reader = open('r', { wakeMode: WAKE.eventfd })
    let rings = 0
    reader.onSignal(() => rings++)
    const { words, table } = made.area
    Atomics.store(words, table + TABLE.sleepers, 1)
    made.handle.signalLater(2000)
    await until(() => rings === 1)
    expect(Atomics.load(words, table + TABLE.sleepers)).toBe(0)
    // Nobody sleeps: nobody is woken.
    made.handle.signalLater(1)
    await new Promise((done) => setTimeout(done, 20))
    expect(rings).toBe(1)
  })

  it('rings for a producer, also when a reader that holds it back dies', async () => {
    const made = serve()
    const { words, table } = made.area
    words[table + TABLE.writerWake] = WAKE.eventfd
    let rings = 0
    made.handle.onSignal(() => rings++)
    const [first, second] = [open(), open()]
    first.wakeWriter()
    await until(() => rings === 1)
    Atomics.store(words, table + TABLE.writerSleeps, 1)
    second.close()
    await until(() => rings === 2)
    expect(Atomics.load(words, table + TABLE.writerSleeps)).toBe(0)
  })

  it('is an exception of nobody else: what the callback throws is uncaught', async () => {
    const made = serve()
    const reader = open('r', { wakeMode: WAKE.eventfd })
    const listeners = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    const caught: unknown[] = []
    process.on('uncaughtException', (error) => caught.push(error.message))
    try {
      reader.onSignal(() => {
        throw new Error('thrown by the callback')
      })
      made.handle.wakeReaders(1)
      await until(() => caught.length > 0)
      expect(caught).toEqual(['thrown by the callback'])
    } finally {
      process.removeAllListeners('uncaughtException')
      for (const listener of listeners) process.on('uncaughtException', listener)
    }
  })

  it('of a word: sleeps only while it is what was expected, inside the ring', () => {
    const made = serve()
    const { words, table } = made.area
    const byte = 4 * (table + TABLE.writerSleeps)
    words[table + TABLE.writerSleeps] = 1
    made.handle.wait(byte, 0, 60_000)
    const before = performance.now()
    made.handle.wait(byte, 1, 5)
    expect(performance.now() - before).toBeGreaterThanOrEqual(5)
    for (const wrong of [2, made.handle.sizeA + made.handle.sizeB, 2 ** 32 - 4]) {
      expect(codeOf(() => made.handle.wait(wrong, 0, 1))).toBe('EINVAL')
      expect(codeOf(() => made.handle.wake(wrong))).toBe('EINVAL')
    }
  })
})

describe.skipIf(problem)('an end that is closed', () => {
  it('does nothing any more, and says so where something was asked for', () => {
    const { handle } = serve()
    const reader = open()
    mapArea(arena, reader)
    for (const end of [handle, reader]) {
      end.close()
      end.close()
      end.wakeReaders(0xff)
      end.wakeWriter()
      end.signalLater(1)
      end.wait(0, 0, 1)
      end.hold(true)
      expect(end.evict(0, 1)).toBe(false)
      expect(codeOf(() => end.onSignal(() => {}))).toBe('EBADF')
      expect(codeOf(() => end.map(arena.bytes, 65536))).toBe('EBADF')
      expect(codeOf(() => end.serve('r', 'user', dir))).toBe('EBADF')
    }
  })

  it('cannot be made by hand', () => {
    const Constructor = serve().handle.constructor as new () => unknown
    expect(() => new Constructor()).toThrow('cannot be constructed')
  })
})
