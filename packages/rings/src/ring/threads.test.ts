import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it } from 'vitest'
import { type Arena, createArena } from '../arena.js'
import { createRingWriter, type RingOptions } from './local.js'
import { observeRing } from './observe.js'
import type { RingWriter } from './writer.js'

const built = new URL('../../dist/index.js', import.meta.url)
if (!existsSync(fileURLToPath(built))) throw new Error('threads.test.ts runs the built package: build it first')

/**
 * Reads `invitation` to the end and posts what it has seen. Block n holds its number, and bytes that depend on it;
 * of a c ring 64 bytes make a block.
 */
const READER = `
const { workerData: data, parentPort: port } = require('node:worker_threads')
import(data.built).then((rings) => {
  const arena = rings.attachArena(data.memory, 64, 64)
  const reader = rings.attachRingReader(arena, data.invitation, data.options)
  port.postMessage('ready')
  const bytes = arena.bytes
  const seen = { blocks: 0, torn: 0, wrong: 0, last: -1, gaps: 0 }
  const number = (at) => bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)
  while (reader.state === 'open') {
    if (reader.peek() < 0) { reader.waitSync(1000); continue }
    const n = number(reader.offset)
    let isRight = n > seen.last && reader.length === 4 + (n % data.sizes)
    for (let i = 4; isRight && i < reader.length; i++) isRight = bytes[reader.offset + i] === ((n * 31 + i * 7) & 255)
    if (!reader.intact()) seen.torn++
    else if (!isRight) seen.wrong++
    else { seen.blocks++; seen.gaps += n - seen.last - 1; seen.last = n }
    reader.next()
  }
  port.postMessage({ ...seen, state: reader.state, lost: reader.lostBlocks, read: reader.blocks, sleeps: reader.sleeps })
})`

interface Seen {
  blocks: number
  torn: number
  wrong: number
  last: number
  gaps: number
  state: string
  lost: number
  read: number
}

const workers: Worker[] = []
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.terminate()
})

const SIZES = 200
const startReader = async (arena: Arena, writer: RingWriter, options: object = {}) => {
  const invitation = writer.invite()
  const worker = new Worker(READER, {
    eval: true,
    workerData: { built: built.href, memory: arena.memory, invitation, options, sizes: SIZES },
  })
  workers.push(worker)
  let ready = (): void => {}
  const isReady = new Promise<void>((done) => {
    ready = done
  })
  const result = new Promise<Seen>((done, fail) => {
    worker.on('message', (message) => (message === 'ready' ? ready() : done(message as Seen)))
    worker.on('error', fail)
  })
  await Promise.race([isReady, result])
  return { worker, invitation, result }
}

const block = new Uint8Array(4 + SIZES)
const writeBlock = async (writer: RingWriter, n: number): Promise<void> => {
  const length = 4 + (n % SIZES)
  new DataView(block.buffer).setInt32(0, n, true)
  for (let i = 4; i < length; i++) block[i] = n * 31 + i * 7
  while (writer.write(block.subarray(0, length)) < 0) await writer.waitRoom(1000)
}

describe.each([{ kind: 'd' as const }, { kind: 'v' as const }, { kind: 'p' as const, slotBytes: 4 + SIZES }])(
  'two workers that read a $kind ring',
  (shape) => {
    it.each(['srp', 'mrp', 'frp'] as const)(
      'see whole blocks in order, and know what they lost: %s',
      async (strategy) => {
        const arena = createArena({ bytes: 2 ** 20 })
        const options: RingOptions = { bytes: 2 ** 14, strategy, resize: 'pseudo', ...shape }
        const writer = createRingWriter(arena, options)
        const readers = [await startReader(arena, writer), await startReader(arena, writer)]
        const count = 20_000
        for (let n = 0; n < count; n++) {
          await writeBlock(writer, n)
          // One that never waits must let the others run now and then.
          if (strategy !== 'srp' && n % 500 === 0) await new Promise((done) => setTimeout(done))
        }
        writer.end()
        for (const { result } of readers) {
          const seen = await result
          expect(seen).toMatchObject({ wrong: 0, state: 'ended' })
          expect(seen.read).toBe(seen.blocks)
          if (strategy === 'srp') expect(seen).toMatchObject({ blocks: count, torn: 0, lost: 0 })
          // Every block that was not seen is counted as lost: nothing is missing in between or at the end.
          else expect(seen.blocks + seen.lost).toBe(count)
        }
        writer.free()
        expect(arena.used).toBe(0)
      },
    )
  },
)

describe('a worker that is terminated', () => {
  it('holds nobody back once it is evicted', async () => {
    const arena = createArena({ bytes: 2 ** 20 })
    const writer = createRingWriter(arena, { bytes: 2 ** 12 })
    const other = await startReader(arena, writer)
    for (let round = 0; round < 5; round++) {
      const victim = await startReader(arena, writer)
      victim.worker.once('exit', () => writer.evict(victim.invitation.claim))
      const dies = round % 2 === 0 ? victim.worker.terminate() : undefined
      for (let n = round * 2000; n < (round + 1) * 2000; n++) {
        if (n % 2000 === 1000 && dies === undefined) void victim.worker.terminate()
        await writeBlock(writer, n)
      }
      await dies
    }
    writer.end()
    expect(await other.result).toMatchObject({ blocks: 10_000, wrong: 0, lost: 0, state: 'ended' })
    expect(observeRing(arena, writer.descriptor).counters.evicted).toBe(5)
    writer.free()
    expect(arena.used).toBe(0)
  })
})

describe('a ring that moves while workers read', () => {
  it('loses nothing, and gives all memory back', async () => {
    const arena = createArena({ bytes: 2 ** 20 })
    const writer = createRingWriter(arena, { bytes: 2 ** 13 })
    const readers = [await startReader(arena, writer), await startReader(arena, writer)]
    for (let n = 0; n < 20_000; n++) {
      if (n % 1000 === 999) writer.moveTo({ bytes: 2 ** (12 + (n % 4)), kind: n % 3000 === 999 ? 'v' : 'd' })
      await writeBlock(writer, n)
    }
    writer.end()
    for (const { result } of readers) {
      expect(await result).toMatchObject({ blocks: 20_000, wrong: 0, lost: 0, torn: 0, state: 'ended' })
    }
    writer.free()
    expect(arena.used).toBe(0)
  })
})
