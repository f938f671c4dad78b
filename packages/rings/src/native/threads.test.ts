import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createArena } from '../arena.js'
import { SLOT_STATE } from '../format.js'
import { addon, type Made, makeArea, namesDir, native, problem, until } from '../testing/native.js'
import type { NativeArea } from './types.js'

// Several threads of one process, each with the addon for itself; the keeper is one for all.

const arena = createArena({ bytes: 2 ** 22 })
const names = namesDir()
const workers: Worker[] = []
const made: Made[] = []
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.terminate()
  for (const { handle, area } of made.splice(0)) {
    handle.close()
    arena.free(area.offset)
  }
  expect(names.left()).toEqual([])
})
afterAll(() => names.remove())

const serve = (name = 'ring', maxReaders = 4): Made => {
  const one = makeArea(arena, { maxReaders })
  one.handle.serve(name, 'user', names.dir)
  made.push(one)
  return one
}
const states = ({ area }: Made): number[] =>
  Array.from({ length: area.slots }, (_, slot) => Atomics.load(area.words, area.slot0 + 64 * slot))
const NONE = [0, 0, 0, 0].map(() => SLOT_STATE.free)

/** What every worker begins with. */
const START = `
const { parentPort, workerData: data } = require('node:worker_threads')
const native = require(data.addon)
const memory = new WebAssembly.Memory({ initial: 64, maximum: 64, shared: true })
const bytes = new Uint8Array(memory.buffer)
const open = (at) => {
  const area = native.open('ring', { dir: data.dir, wakeMode: 3 })
  if (at !== undefined) area.map(bytes, at)
  return area
}
`
const start = (code: string): Worker => {
  const worker = new Worker(START + code, { eval: true, workerData: { addon, dir: names.dir } })
  workers.push(worker)
  return worker
}
const message = (worker: Worker): Promise<unknown> =>
  new Promise((done, fail) => {
    worker.once('message', done)
    worker.once('error', fail)
  })
const descriptors = (): number => readdirSync('/proc/self/fd').length

describe.skipIf(problem)('a worker that is terminated', () => {
  it.each([
    ['while it does nothing', 'setInterval(() => {}, 1000)'],
    ['while a doorbell keeps it alive', 'area.onSignal(() => {}); area.hold(true)'],
    ['while it runs', 'setImmediate(() => { for (;;); })'],
    ['while it sleeps on a word', 'setImmediate(() => { for (;;) area.wait(area.sizeA, 0, Infinity) })'],
  ])('gives its slot back: %s', async (_, code) => {
    const ring = serve()
    const worker = start(`const area = open(65536); parentPort.postMessage(area.slot); ${code}`)
    const slot = Number(await message(worker))
    expect(states(ring)[slot]).toBe(SLOT_STATE.claimed)
    await worker.terminate()
    await until(() => states(ring)[slot] === SLOT_STATE.free)
    expect(ring.handle.evictions).toBe(1)
  })

  it('takes the names of its own rings away', async () => {
    const header = { ring: 'ring' }
    const worker = start(`
      const area = native.create(bytes, 65536, 65536, 4096, 'ring')
      const words = new Int32Array(memory.buffer, 65536, 16)
      words.set([0x01020304, 1, 1024, 3, 2, 77, 4096, 8, 1024, 65536, 4], 1)
      words[0] = 0x47524c53
      area.serve('ring', 'user', data.dir)
      parentPort.postMessage(area.id)
      area.onSignal(() => {}); area.hold(true)`)
    const id = await message(worker)
    expect(native.nameOf(Number(id), { dir: names.dir })).toBe(header.ring)
    const reader = native.open('ring', { dir: names.dir })
    expect(reader.status[0]).toBe(0)
    await worker.terminate()
    expect(names.left()).toEqual([])
    await until(() => reader.status[0] === 1)
    reader.close()
  })

  it('leaves the keeper to the other threads, though it was the one that loaded the addon', () => {
    const code = `
      const { Worker } = require('node:worker_threads')
      const run = (after) => {
        const worker = new Worker(${JSON.stringify(START)} + "native.list({ dir: data.dir }); open(65536)", {
          eval: true, workerData: { addon: ${JSON.stringify(addon)}, dir: ${JSON.stringify(names.dir)} } })
        worker.on('exit', after)
      }
      run(() => run(() => setTimeout(() => console.log('alive'), 20)))`
    serve()
    const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' })
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'alive\n', stderr: '' })
  })
})

describe.skipIf(problem)('threads that come and go at once', () => {
  const churn = (rounds: number) =>
    start(`
      const codes = {}
      const step = (round) => {
        for (let i = 0; i < 10 && round < ${rounds}; i++, round++) {
          try { open(65536 + 65536 * (round % 8)).close() } catch (error) { codes[error.code] = (codes[error.code] ?? 0) + 1 }
        }
        if (round < ${rounds}) setImmediate(step, round)
        else parentPort.postMessage(codes)
      }
      parentPort.postMessage('ready')
      step(0)`)

  it('leave every slot free, and no descriptor open', async () => {
    const ring = serve()
    const threads = [churn(300), churn(300), churn(300)]
    await Promise.all(threads.map(message))
    const codes = await Promise.all(threads.map(message))
    // Three threads and four slots: the keeper may not have seen yet that one has left, so a slot may be missing.
    for (const code of codes) expect(Object.keys(code as object).filter((name) => name !== 'EBUSY')).toEqual([])
    await until(() => states(ring).every((state) => state === SLOT_STATE.free))
    expect(states(ring)).toEqual(NONE)
  })

  it('meet a producer that closes and begins again, at any moment, and nothing stays', async () => {
    const before = descriptors()
    const threads = [churn(600), churn(600)]
    await Promise.all(threads.map(message))
    let running = threads.length
    const results = threads.map((thread) => message(thread).finally(() => running--))
    let rounds = 0
    for (; running > 0; rounds++) {
      const ring = makeArea(arena, { maxReaders: 4 })
      ring.handle.serve('ring', 'user', names.dir)
      await new Promise((done) => (rounds % 3 === 0 ? setImmediate(done) : setTimeout(done, rounds % 3)))
      ring.handle.close()
      arena.free(ring.area.offset)
    }
    for (const codes of await Promise.all(results)) {
      // No such name, a producer that is just leaving, or all of its slots taken: nothing else may be said.
      const others = Object.keys(codes as object).filter((name) => !/^(ENOENT|ECONNREFUSED|EBUSY)$/.test(name))
      expect(others).toEqual([])
    }
    expect(rounds).toBeGreaterThan(10)
    for (const worker of workers.splice(0)) await worker.terminate()
    await until(() => descriptors() <= before)
  })

  it('two ends in one thread, and in two, see each other', async () => {
    const ring = serve()
    const here: NativeArea = native.open('ring', { dir: names.dir, wakeMode: 3 })
    const there = start(`const area = open(65536)
      area.onSignal(() => parentPort.postMessage('rung')); area.hold(true)
      parentPort.postMessage(area.slot)`)
    const slot = Number(await message(there))
    expect([here.slot, slot].sort()).toEqual([0, 1])
    let rung = 0
    here.onSignal(() => rung++)
    const heard = message(there)
    ring.handle.wakeReaders(3)
    expect(await heard).toBe('rung')
    await until(() => rung > 0)
    here.close()
  })
})
