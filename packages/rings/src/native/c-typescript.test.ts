import { mkdirSync } from 'node:fs'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createArena } from '../arena.js'
import type { Strategy } from '../format.js'
import type { DBufKind } from '../ring/area.js'
import { createSharedRing, type SharedRingWriter } from '../shared/create.node.js'
import { openSharedRing, type SharedRingReader } from '../shared/open.node.js'
import { CONSUMER, EVERY, killAll, missing, names, PRODUCER, removeAll, run } from '../testing/c-programs.js'
import { nativeProblem } from './load.node.js'

// Ends in C and ends in TypeScript on the same rings: native/examples/blocks.h says what they send each other.

const problem = missing || nativeProblem() || ''
if (problem !== '') console.warn(`c-typescript.test.ts is skipped: ${problem}`)
const arena = createArena({ bytes: 2 ** 24 })
const COUNT = 30_000
const MOST = 200

const writers: SharedRingWriter[] = []
const readers: SharedRingReader[] = []
afterEach(() => {
  killAll()
  for (const end of [...writers.splice(0), ...readers.splice(0)]) end.close()
  expect(arena.used).toBe(0)
})
afterAll(removeAll)

const hash = (n: number, bytes: Uint8Array, from: number, to: number): number => {
  let h = 2166136261
  for (let i = 0; i < 4; i++) h = Math.imul(h ^ ((n >>> (8 * i)) & 255), 16777619)
  for (let i = from; i < to; i++) h = Math.imul(h ^ bytes[i]!, 16777619)
  return h >>> 0
}
const streamByte = (n: number): number => (n * 31 + (n >> 8) * 7) & 255

/** `blocks_make` */
const makeBlock = (block: Uint8Array, n: number): number => {
  const length = 8 + ((Math.imul(n + 1, 2654435761) >>> 8) % (MOST - 7))
  for (let i = 8; i < length; i++) block[i] = n * 31 + i * 7
  const view = new DataView(block.buffer)
  view.setUint32(0, n, true)
  view.setUint32(4, hash(n, block, 8, length), true)
  return length
}

/** `blocks_check` of what a reader has peeked. */
const checkBlock = (at: number, length: number): number => {
  if (length < 8) return -1
  const view = new DataView(arena.buffer, at, length)
  const n = view.getUint32(0, true)
  return view.getUint32(4, true) === hash(n, arena.bytes, at + 8, at + length) ? n : -1
}

const writeAll = async (writer: SharedRingWriter, kind: string): Promise<number> => {
  const block = new Uint8Array(MOST)
  let bytes = 0
  for (let n = 0; n < COUNT; n++) {
    let rest = block.subarray(0, makeBlock(block, n))
    if (kind === 'c') for (let i = 0; i < rest.length; i++) rest[i] = streamByte(bytes++)
    else bytes += rest.length
    while (rest.length > 0) {
      const taken = writer.write(rest)
      if (taken < 0) await writer.waitRoom(1000)
      else rest = rest.subarray(taken)
    }
  }
  return bytes
}

interface Seen {
  right: number
  wrong: number
  torn: number
}

const readAll = async (reader: SharedRingReader, kind: string): Promise<Seen> => {
  const seen = { right: 0, wrong: 0, torn: 0 }
  let last = -1
  while (reader.state === 'open') {
    const at = reader.peek()
    if (at < 0) {
      await reader.wait(1000)
      continue
    }
    let isRight = true
    if (kind === 'c') {
      const from = reader.bytes + reader.lostBytes
      for (let i = 0; i < reader.length; i++) isRight &&= arena.bytes[at + i] === streamByte(from + i)
    } else {
      const n = checkBlock(at, reader.length)
      isRight = n > last
      if (reader.intact() && isRight) last = n
    }
    if (!reader.intact()) seen.torn++
    else if (isRight) seen.right++
    else seen.wrong++
    reader.next()
  }
  return seen
}

const make = (options: { kind: string; strategy?: string; readers: number }): SharedRingWriter => {
  const { kind, strategy = 'srp', readers } = options
  mkdirSync(names, { recursive: true, mode: 0o711 })
  const shape = { kind: kind as DBufKind, strategy: strategy as Strategy, bytes: 2 ** 14, slotBytes: MOST }
  const writer = createSharedRing({ name: 'ring', dir: names, arena, readers, ...shape })
  writers.push(writer)
  return writer
}

const joined = async (...options: string[]) => {
  const reader = run(CONSUMER, 'ring', ...options)
  await reader.line('joined')
  return reader
}

describe.skipIf(problem !== '')('a writer in TypeScript', () => {
  it.each(EVERY)('is understood by two readers in C: $kind, $strategy', async ({ kind, strategy }) => {
    const writer = make({ kind, strategy, readers: 2 })
    const children = [await joined(), await joined()]
    const bytes = await writeAll(writer, kind)
    writer.end()
    for (const { result } of children) {
      const seen = await result
      expect(seen).toMatchObject({ code: 0, wrong: 0, state: 'ended' })
      if (kind === 'c') expect(Number(seen.bytes) + Number(seen.lostBytes)).toBe(bytes)
      else expect(Number(seen.right) + Number(seen.lost)).toBe(COUNT)
      if (strategy === 'srp') expect(seen).toMatchObject({ lost: 0, torn: 0, missing: 0, bytes })
    }
  })

  it.each(['d', 'v', 'p'] as const)('moves, and readers in C follow: %s', async (kind) => {
    const writer = make({ kind, readers: 1 })
    const reader = await joined()
    const block = new Uint8Array(MOST)
    for (let n = 0; n < COUNT; n++) {
      if (n % 1000 === 999) writer.moveTo({ bytes: 2 ** (12 + (n % 4)) })
      const length = makeBlock(block, n)
      while (writer.write(block.subarray(0, length)) < 0) await writer.waitRoom(1000)
    }
    writer.end()
    expect(await reader.result).toMatchObject({ code: 0, right: COUNT, lost: 0, wrong: 0, state: 'ended' })
    expect(writer.resizes).toBeGreaterThan(20)
  })

  it('uses less of its memory, and readers in C find the ends of the laps', async () => {
    for (const kind of ['d', 'v', 'p', 'c']) {
      const writer = make({ kind, readers: 1 })
      const reader = await joined()
      writer.perceive(4096)
      const bytes = await writeAll(writer, kind)
      writer.end()
      expect(await reader.result).toMatchObject({ code: 0, wrong: 0, lost: 0, bytes, state: 'ended' })
      writer.close()
    }
  })
})

describe.skipIf(problem !== '')('a reader in TypeScript', () => {
  it.each(EVERY)('understands a producer in C: $kind, $strategy', async ({ kind, strategy }) => {
    const options = [`kind=${kind}`, `strategy=${strategy}`, `most=${MOST}`, 'bytes=16384', 'readers=1']
    const producer = run(PRODUCER, 'ring', `${COUNT}`, ...options)
    await producer.line('ready')
    const reader = openSharedRing('ring', { dir: names, arena, strategy: strategy as Strategy })
    readers.push(reader)
    const seen = await readAll(reader, kind)
    const written = await producer.result
    expect(seen.wrong).toBe(0)
    expect(reader.state).toBe('ended')
    if (kind === 'c') expect(reader.bytes + reader.lostBytes).toBe(written.bytes)
    else expect(seen.right + reader.lostBlocks).toBe(COUNT)
    if (strategy === 'srp') expect({ ...seen, bytes: reader.bytes }).toMatchObject({ torn: 0, bytes: written.bytes })
  })
})
