import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { createArena } from './arena.js'
import { createByteRing } from './byte-ring.js'
import { ringChannel } from './channel.js'
import { inspectRing } from './counters.js'
import { attachDBuf, createDBuf, resumeDBuf } from './dbuf.js'
import { WORD } from './format.js'
import { createIBuf } from './ibuf.js'
import { IndexRecord } from './index-record.js'
import { createRingTable } from './ring-table.js'
import { wordsOf } from './testing/rings.js'

const built = new URL('../dist/index.js', import.meta.url)
if (!existsSync(fileURLToPath(built))) throw new Error('threads.test.ts runs the built package: build it first')

/**
 * A worker that runs `body` with the built package as `rings`, its data as `data` and its port as `port`. `check`
 * throws what the worker has thrown, so that nobody waits for a dead one.
 */
const start = (body: string, data: object, transfer: MessagePort[] = []) => {
  const worker = new Worker(
    `const { workerData: data, parentPort: port } = require('node:worker_threads')
     import(${JSON.stringify(built.href)}).then((rings) => { ${body} })`,
    { eval: true, workerData: data, transferList: transfer },
  )
  let error: unknown
  let message: unknown
  worker.on('error', (e) => {
    error = e
  })
  worker.on('message', (m) => {
    message = m
  })
  // Taken now: a worker that is quick may have gone before its last message is looked at.
  const exited = new Promise<void>((done) => worker.once('exit', () => done()))
  const check = (): void => {
    if (error !== undefined) throw error
  }
  /** What it has posted last, after it has gone by itself. */
  const result = async (): Promise<unknown> => {
    await exited
    check()
    return message
  }
  return { worker, check, result }
}
const turn = () => new Promise((done) => setImmediate(done))

const MESSAGES = 100_000

describe('two threads', () => {
  it('move 100,000 blocks through a DBuf and an IBuf, asleep whenever idle; none is lost, torn or out of order', async () => {
    const arena = createArena({ bytes: 2 ** 20 })
    // The writer is this thread, so it may not wait for long: it spins, the reader sleeps.
    const dbuf = createDBuf(arena, { bytes: 2 ** 16 })
    const ibuf = createIBuf(arena, { slots: 256 })
    const writer = ibuf.writer()
    const { check, result } = start(
      `const arena = rings.attachArena(data.memory, 64, 128)
       const table = rings.createRingTable()
       const dbuf = rings.attachDBuf(arena, data.dbuf)
       table.add(dbuf)
       const reader = rings.attachIBuf(arena, data.ibuf).reader()
       const index = new rings.IndexRecord()
       const { words } = reader.positions
       let wrong = 0, sum = 0, sleeps = 0
       for (let n = 0; n < data.messages; ) {
         if (!reader.next(index)) {
           reader.release()
           if (reader.arm()) { sleeps++; Atomics.wait(words, rings.ringFormat.WORD.readerSleeps, 1) }
           continue
         }
         const at = table.resolve(index)
         if (at < 0 || index.stream !== n || index.seconds !== n || index.length !== 1 + (n * 7919) % 700) wrong++
         for (let i = 0; i < index.length; i++) {
           if (arena.bytes[at + i] !== ((n + i) & 255)) wrong++
           sum = (sum * 31 + arena.bytes[at + i]) | 0
         }
         dbuf.release(index.position + index.length)
         n++
       }
       reader.release()
       port.postMessage({ wrong, sum, sleeps })`,
      { memory: arena.memory, dbuf: dbuf.descriptor, ibuf: ibuf.descriptor, messages: MESSAGES },
    )
    const words = wordsOf(arena, ibuf.descriptor, 256 * 32)
    const wake = () => Atomics.notify(words, WORD.readerSleeps)
    let sum = 0
    for (let n = 0; n < MESSAGES; n++) {
      const length = 1 + ((n * 7919) % 700)
      let at = dbuf.reserve(length)
      while (at < 0 || writer.room < 2) {
        dbuf.publish()
        if (writer.publish()) wake()
        await turn()
        check()
        at = dbuf.reserve(length)
      }
      for (let i = 0; i < length; i++) sum = (sum * 31 + (arena.bytes[at + i] = (n + i) & 255)) | 0
      const { position } = dbuf
      dbuf.commit(length)
      expect(writer.pushExtended(dbuf.id, position, 0, length, 1, 0, n, 0, n, 0, length, -1, -1, -1)).toBe(true)
      // Batches of varying size, and now and then a pause in which the reader falls asleep.
      if (n % 61 === 0 || n % 17 === 0) {
        dbuf.publish()
        if (writer.publish()) wake()
      }
      if (n % 20_000 === 0) await new Promise((done) => setTimeout(done, 5))
    }
    dbuf.publish()
    if (writer.publish()) wake()
    const { wrong, sum: received, sleeps } = (await result()) as { wrong: number; sum: number; sleeps: number }
    expect(wrong).toBe(0)
    expect(received).toBe(sum)
    const state = inspectRing(arena, ibuf.descriptor)
    expect(state).toMatchObject({ fill: 0, counters: { published: MESSAGES, consumed: MESSAGES, corrupt: 0, sleeps } })
    expect(state.counters.wakesSent).toBeGreaterThan(0)
  })

  it('a worker terminated in the middle of writing leaves whole messages only, and another goes on', async () => {
    for (let round = 0; round < 12; round++) {
      const arena = createArena({ bytes: 2 ** 20 })
      const ring = createByteRing(arena, 4096)
      const dbuf = createDBuf(arena, { bytes: 4096, kind: 'd' })
      const ibuf = createIBuf(arena, { slots: 64 })
      const { worker, check } = start(
        `const arena = rings.attachArena(data.memory, 64, 128)
         const messages = rings.attachByteRing(arena, data.ring).writer()
         const dbuf = rings.resumeDBuf(arena, data.dbuf)
         const indices = rings.attachIBuf(arena, data.ibuf).writer()
         for (let n = 0; ; n++) {
           const length = 8 + n % 90
           while (!messages.send(new Uint8Array(length).fill(n)));
           messages.publish()
           let at
           while ((at = dbuf.reserve(length)) < 0 || indices.room < 2);
           arena.bytes.fill(n, at, at + length)
           const { position } = dbuf
           dbuf.commit(length)
           indices.pushExtended(dbuf.id, position, 0, length, 1, 0, n, 0, 0, 0, length, -1, -1, -1)
           dbuf.publish()
           indices.publish()
         }`,
        { memory: arena.memory, ring: ring.descriptor, dbuf: dbuf.descriptor, ibuf: ibuf.descriptor },
      )
      const reader = ring.reader()
      const indices = ibuf.reader()
      const data = attachDBuf(arena, dbuf.descriptor)
      const table = createRingTable((id) => (id === data.id ? data : undefined))
      const index = new IndexRecord()
      let received = 0
      let indexed = 0
      const drain = (): void => {
        for (let message = reader.receive(); message; message = reader.receive()) {
          const n = received++
          expect(message).toEqual(new Uint8Array(8 + (n % 90)).fill(n))
        }
        while (indices.next(index)) {
          const n = indexed++
          expect(index).toMatchObject({ stream: n, length: 8 + (n % 90) })
          const at = table.resolve(index)
          expect(at).toBeGreaterThan(0)
          expect(arena.bytes.subarray(at, at + index.length).every((b) => b === (n & 255))).toBe(true)
          data.release(index.position + index.length)
        }
        reader.release()
        indices.release()
      }
      while (received < 200 + 37 * round) {
        drain()
        check()
        await turn()
      }
      await worker.terminate()
      drain()
      expect(received - indexed).toBeLessThanOrEqual(1)
      // The next producer starts where the dead one has published.
      const again = ring.writer()
      expect(again.send(new Uint8Array(8 + (received % 90)).fill(received))).toBe(true)
      again.publish()
      const block = resumeDBuf(arena, dbuf.descriptor)
      expect(block.reserve(2048)).toBeGreaterThan(0)
      const before = received
      drain()
      expect(received).toBe(before + 1)
    }
  })

  it('talk over a channel, in messages larger than its rings, and learn of each other’s death', async () => {
    const arena = createArena({ bytes: 2 ** 20 })
    const rings = { a: createByteRing(arena, 1024), b: createByteRing(arena, 1024) }
    const { port1, port2 } = new MessageChannel()
    const { worker } = start(
      `const arena = rings.attachArena(data.memory, 64, 128)
       const channel = rings.ringChannel({
         out: rings.attachByteRing(arena, data.out).writer(), in: rings.attachByteRing(arena, data.in).reader(),
         doorbell: data.doorbell, ends: ['worker', 'main'],
       })
       channel.onMessage((m) => { if (m.spin) for (;;); channel.send({ re: m }) })`,
      { memory: arena.memory, out: rings.b.descriptor, in: rings.a.descriptor, doorbell: port2 },
      [port2],
    )
    const out = rings.a.writer()
    const channel = ringChannel({ out, in: rings.b.reader(), doorbell: port1, ends: ['main', 'worker'] })
    const answers: unknown[] = []
    let wanted = 0
    let done = () => {}
    channel.onMessage((m) => {
      if (answers.push(m) === wanted) done()
    })
    const closed = new Promise<string>((resolve) => channel.onClose(resolve))
    const sent = Array.from({ length: 300 }, (_, n) => ({ n, text: 'ü'.repeat((n * 37) % 3000) }))
    wanted = sent.length
    const all = new Promise<void>((resolve) => {
      done = resolve
    })
    for (const message of sent) channel.send(message)
    await all
    expect(answers).toEqual(sent.map((re) => ({ re })))
    expect(channel.counters()['queued']).toBe(0)
    channel.send({ spin: true })
    await worker.terminate()
    expect(await closed).toBe('worker is gone')
    expect(() => channel.send({})).toThrow(expect.objectContaining({ code: 'SL_SPACE_DIED' }))
  })
})
