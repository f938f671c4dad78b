import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createArena } from '../arena.js'
import { SLOT, WAKE } from '../format.js'
import { isDeserted, slotAt } from '../ring/slots.js'
import { addon, type Made, makeArea, namesDir, native, problem, until } from '../testing/native.js'

// Several threads of a process have the addon, each its own ends of rings.

const arena = createArena({ bytes: 2 ** 24 })
const { dir, left, remove } = namesDir()
const made: Made[] = []
const workers: Worker[] = []
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.terminate()
  for (const { handle } of made.splice(0)) handle.close()
  expect(left()).toEqual([])
})
afterAll(remove)

const serve = (name = 'r'): Made => {
  const one = makeArea(arena)
  made.push(one)
  one.handle.serve(name, 'user', dir)
  return one
}

/** A thread with an arena of its own that has opened the ring r, and does `then` with `reader` and its `words`. */
const start = async (then: string, more: object = {}): Promise<Worker> => {
  const worker = new Worker(
    `const { parentPort: port, workerData: data } = require('node:worker_threads')
     const native = require(data.addon)
     const memory = new WebAssembly.Memory({ initial: 64, maximum: 64, shared: true })
     const bytes = new Uint8Array(memory.buffer)
     const reader = native.open('r', { dir: data.dir, wakeMode: data.wakeMode })
     reader.map(bytes, 65536)
     const words = new Int32Array(memory.buffer, 65536, (reader.sizeA + reader.sizeB) / 4)
     const wake = data.wake
     port.postMessage('open')
     ${then}`,
    { eval: true, workerData: { addon, dir, wakeMode: WAKE.futex, wake: 0, ...more } },
  )
  workers.push(worker)
  await new Promise((done, fail) => worker.once('message', done).once('error', fail))
  return worker
}

describe.skipIf(problem)('threads', () => {
  it.each([
    { what: 'that has ended', does: '' },
    { what: 'in its event loop', does: 'reader.onSignal(() => {}); reader.hold(true)' },
    { what: 'asleep on a word', does: 'for (;;) reader.wait(wake, 0, 60_000)' },
    { what: 'that turns round and round', does: 'for (;;) Atomics.load(words, 0)' },
    { what: 'that is just registering', does: 'for (;;) native.open("r", { dir: data.dir, observe: true }).close()' },
  ])('give their slots back when they are terminated: one $what', async ({ does }) => {
    const { area, handle } = serve()
    const wake = 4 * (slotAt(area, 0) + SLOT.wake)
    for (let round = 0; round < 10; round++) {
      const worker = await start(does, { wake })
      await worker.terminate()
      await until(() => isDeserted(area))
    }
    expect(handle.evictions).toBe(10)
  })

  it('take their names along, and their readers hear of it', async () => {
    const worker = new Worker(
      `const { parentPort: port, workerData: data } = require('node:worker_threads')
       const native = require(data.addon)
       const memory = new WebAssembly.Memory({ initial: 64, maximum: 64, shared: true })
       const one = native.create(new Uint8Array(memory.buffer), 65536, 8192, 4096, 'worker')
       new Int32Array(memory.buffer, 65536).set([0x47524c53, 0, 0, 0, 0, 0, 77, 0, 0, 0, 8192, 8])
       one.serve('of-worker', 'user', data.dir)
       port.postMessage('serving')
       setInterval(() => {}, 1000)`,
      { eval: true, workerData: { addon, dir } },
    )
    workers.push(worker)
    await once(worker, 'message')
    const reader = native.open('of-worker', { dir })
    expect(reader.status[0]).toBe(0)
    await worker.terminate()
    await until(() => reader.status[0] === 1)
    reader.close()
  })

  it('sleep and are woken, one by a futex, one in its event loop', async () => {
    const { area, handle } = serve()
    const wakeOf = (slot: number) => 4 * (slotAt(area, slot) + SLOT.wake)
    const N = 1000
    const sleeper = await start(
      `for (let n = 0; n < ${N}; ) {
         reader.wait(wake, n, 60_000)
         const now = Atomics.load(words, wake / 4)
         if (now === n) continue
         n = now
         Atomics.store(words, data.seen, n)
       }
       port.postMessage('done')`,
      { wake: wakeOf(0), seen: slotAt(area, 0) + SLOT.position },
    )
    const listener = await start(
      `let rings = 0
       reader.hold(true)
       reader.onSignal(() => {
         Atomics.store(words, data.seen, Atomics.load(words, wake / 4))
         if (Atomics.load(words, wake / 4) < ${N}) return
         reader.onSignal(undefined)
         port.postMessage('done')
       })`,
      { wake: wakeOf(1), wakeMode: WAKE.eventfd, seen: slotAt(area, 1) + SLOT.position },
    )
    const done = [once(sleeper, 'message'), once(listener, 'message')]
    for (let n = 1; n <= N; n++) {
      handle.wakeReaders(0b11)
      const seen = (slot: number) => Atomics.load(area.words, slotAt(area, slot) + SLOT.position)
      while (seen(0) < n || seen(1) < n) await new Promise((turn) => setImmediate(turn))
    }
    await Promise.all(done)
    expect(area.words[slotAt(area, 0) + SLOT.wake]).toBe(N)
  })

  it('may be the only ones that have the addon, and outlive each other', () => {
    // This thread has it too; a process of its own has not.
    const script = `
      const { Worker } = require('node:worker_threads')
      const body = "const native = require(process.argv[2]); " +
        "const memory = new WebAssembly.Memory({ initial: 64, maximum: 64, shared: true }); " +
        "const one = native.create(new Uint8Array(memory.buffer), 65536, 8192, 4096, 'w'); " +
        "new Int32Array(memory.buffer, 65536).set([0x47524c53, 0, 0, 0, 0, 0, 1 + require('node:worker_threads').threadId, 0, 0, 0, 8192, 8]); " +
        "one.serve('w' + require('node:worker_threads').threadId, 'user', process.argv[3]); " +
        "setTimeout(() => {}, 5)"
      let left = 30
      const next = () => {
        if (left-- > 0) new Worker(body, { eval: true, argv: process.argv.slice(1) }).on('exit', next)
      }
      for (let i = 0; i < 3; i++) next()`
    const { status, stderr, signal } = spawnSync(process.execPath, ['-e', script, addon, dir], { encoding: 'utf8' })
    expect({ status, stderr, signal }).toEqual({ status: 0, stderr: '', signal: null })
    expect(left()).toEqual([])
  })

  it('may connect while a producer closes: each gets the ring, or hears why not', async () => {
    const counts: Record<string, number> = {}
    const body = `
      const { parentPort: port, workerData: data } = require('node:worker_threads')
      const native = require(data.addon)
      const memory = new WebAssembly.Memory({ initial: 64, maximum: 64, shared: true })
      const bytes = new Uint8Array(memory.buffer)
      const seen = {}
      let goes = true
      port.on('message', () => (goes = false))
      const turn = () => {
        for (let i = 0; i < 20; i++) {
          let what = 'mapped'
          try {
            const reader = native.open('r', { dir: data.dir })
            reader.map(bytes, 65536)
            // Its first word is a ring's, also if it was closed since.
            if (new Int32Array(memory.buffer, 65536, 1)[0] !== 0x47524c53) what = 'no ring'
            reader.close()
          } catch (error) {
            what = error.code
          }
          seen[what] = (seen[what] ?? 0) + 1
        }
        if (goes) setImmediate(turn)
        else { port.postMessage(seen); port.close() }
      }
      turn()`
    for (let n = 0; n < 3; n++) workers.push(new Worker(body, { eval: true, workerData: { addon, dir } }))
    for (let round = 0; round < 300; round++) {
      const one = serve()
      await new Promise((done) => setTimeout(done, round % 3))
      one.handle.close()
      arena.free(one.area.offset)
      made.pop()
    }
    for (const worker of workers) {
      const message = once(worker, 'message')
      worker.postMessage('enough')
      const [seen] = (await message) as [Record<string, number>]
      for (const [what, count] of Object.entries(seen)) counts[what] = (counts[what] ?? 0) + count
    }
    expect(counts.mapped).toBeGreaterThan(0)
    expect(Object.keys(counts).filter((what) => !['mapped', 'ENOENT', 'ECONNREFUSED', 'EBUSY'].includes(what))).toEqual(
      [],
    )
  })
})
