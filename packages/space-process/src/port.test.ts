import type { Block, StreamInfo, StreamlineError } from '@netstreamline/core'
import { attachIBuf, createArena, resumeDBuf } from '@netstreamline/rings'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Memory } from './memory.js'
import { createPortBatch } from './port-batch.js'
import { HEAD_BYTES, INFO, STATE } from './port-format.js'
import { PortReader } from './port-reader.js'
import { PortWriter } from './port-writer.js'
import { createProcessSpace } from './space.js'
import { collector, numbers, pass, type Seen, streams } from './testing/elements.js'
import { loader, type Spec, Trial } from './testing/harness.js'

const pair = (seen: Seen[], ports = {}, generate = true) => {
  const arena = createArena({ bytes: 2 ** 26 })
  const load = loader({ numbers, streams, pass, collect: collector(seen) })
  const make = (name: string) => createProcessSpace({ name, load, arena, ports, generate, log: () => {} })
  return { arena, main: make('main'), other: make('other') }
}

/** numbers > streams > pass > collect, the pass in the other space or not. */
const there = (count: number, space: string): Spec => ({
  vertices: [
    { fn: 'numbers', options: { count, size: 64, per: 700 }, state: 'global' },
    { fn: 'streams', state: 'flow' },
    { fn: 'pass', space },
    { fn: 'collect', state: 'global' },
  ],
  edges: [
    { from: 0, to: 1 },
    { from: 1, to: 2 },
    { from: 2, to: 3 },
  ],
})

const zero = { transactions: 0, nodes: 0, links: 0, rings: 0, shadows: 0 }

describe('ports between two spaces of one thread', () => {
  for (const generate of [true, false]) {
    it(`carry every field of every block, both ways (generate: ${generate})`, async () => {
      const direct: Seen[] = []
      await new Trial(there(5000, 'main'), pair(direct, {}, generate).main).run()
      const seen: Seen[] = []
      const { arena, main, other } = pair(seen, {}, generate)
      await new Trial(there(5000, 'other'), main, other).run()
      expect(seen.length).toBe(direct.length)
      const ring = (list: Seen[]) => list.map((s) => ({ ...s, ring: 0 }))
      expect(ring(seen)).toEqual(ring(direct))
      expect(new Set(seen.map((s) => s.ring)).size).toBe(1)
      expect(seen.some((s) => s.known !== undefined && s.flags === 2)).toBe(true)
      expect(await main.census()).toEqual(zero)
      expect(await other.census()).toEqual(zero)
      expect(arena.used).toBe(0)
    })
  }

  it('lose nothing and keep the order when the rings are small', async () => {
    for (const ports of [
      { slots: 2, bytes: 512 },
      { slots: 64, bytes: 1024 },
    ]) {
      const direct: Seen[] = []
      await new Trial(there(3000, 'main'), pair(direct).main).run()
      const seen: Seen[] = []
      const { arena, main, other } = pair(seen, ports)
      await new Trial(there(3000, 'other'), main, other).run()
      expect(seen.map((s) => s.data)).toEqual(direct.map((s) => s.data))
      expect(seen.map((s) => s.known)).toEqual(direct.map((s) => s.known))
      expect(arena.used).toBe(0)
    }
  })
})

describe('what the other side of a port does', () => {
  const ends = (size = {}) => {
    const arena = createArena({ bytes: 2 ** 22 })
    const memory = new Memory(arena)
    const streams = new Map<number, StreamInfo>()
    const reader = new PortReader({ name: 'a>b', streams }, memory, { slots: 16, bytes: 2048, ...size })
    const failures: StreamlineError[] = []
    const about = { name: 'a>b', stream: () => undefined, fail: (e: StreamlineError) => void failures.push(e) }
    const open = (port = JSON.parse(JSON.stringify(reader.port))) => new PortWriter(about, arena, port)
    const at = arena.alloc(4096)
    const block = (length: number): Block =>
      ({
        bytes: arena.bytes,
        offset: at,
        length,
        l3: -1,
        l4: -1,
        proto: -1,
        classifier: 1,
        stream: 0,
        flags: 0,
      }) as Block
    return { arena, memory, streams, reader, failures, open, block, at }
  }

  it('leaving: the reader waits until the writer lets go, and the writer is told', async () => {
    const { arena, memory, reader, failures, open, block, at } = ends()
    const writer = open()
    writer.process(block(10))
    await reader.stop()
    expect(failures).toMatchObject([{ code: 'SL_SPACE_DIED' }])
    expect(writer.process(block(10))).toBe(-1)
    writer.flush()
    await writer.finish()
    writer.stop()
    arena.free(at)
    expect([arena.used, memory.rings]).toEqual([0, 0])
  })

  it('leaving before the end: what came is handed on, then SL_SPACE_DIED', async () => {
    const { reader, open, block } = ends()
    const writer = open()
    writer.process(block(10))
    writer.flush()
    writer.stop()
    const batch = createPortBatch(8)
    reader.pull(batch)
    expect([batch.count, batch.end]).toEqual([1, false])
    batch.count = 0
    expect(() => reader.pull(batch)).toThrow(expect.objectContaining({ code: 'SL_SPACE_DIED' }))
    await reader.stop()
  })

  it('a second writer, a stranger, a wrong place are refused', async () => {
    const { reader, open } = ends()
    const code = (port: unknown) => {
      try {
        open(port)
        return 'accepted'
      } catch (e) {
        return (e as StreamlineError).code
      }
    }
    const { port } = reader
    for (const wrong of [
      null,
      {},
      { ...port, state: port.state + 64 },
      { ...port, state: port.state + 1 },
      { ...port, state: 2 ** 40 },
      { ...port, id: port.id + 1 },
      { ...port, hub: 1 },
      { ...port, index: null },
    ]) {
      expect(code(wrong)).toBe('SL_PROTOCOL')
    }
    open()
    expect(code(JSON.parse(JSON.stringify(port)))).toBe('SL_PROTOCOL')
  })

  it('a block that is too long is refused with its limit', () => {
    const { open, block } = ends()
    expect(() => open().process(block(1024))).toThrow(expect.objectContaining({ code: 'SL_RING' }))
  })

  it('whatever it writes: SL_RING, or blocks inside the ring', async () => {
    const word = fc.oneof(fc.nat(4096), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }))
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            ring: fc.boolean(),
            position: fc.oneof(
              fc.nat(2048),
              fc.nat(256).map((n) => n * 8),
              fc.double(),
            ),
            offset: fc.oneof(fc.constant(HEAD_BYTES), fc.nat(2 ** 31)),
            length: fc.nat(4096),
            flags: fc.constantFrom(0, 1, 2, 4, INFO),
            stream: fc.nat(3),
            kind: word,
          }),
          { maxLength: 12 },
        ),
        fc.array(word, { minLength: 512, maxLength: 512 }),
        async (records, rubbish) => {
          const { arena, reader, open } = ends()
          const writer = open()
          const index = attachIBuf(arena, reader.port.index).writer()
          const data = resumeDBuf(arena, reader.port.data)
          const at = data.reserve(1024)
          for (let i = 0; i < 256; i++) new Int32Array(arena.buffer)[(at >> 2) + i] = rubbish[i]!
          data.commit(1024)
          data.publish()
          for (const r of records) {
            index.push(r.ring ? data.id : 77, r.position, r.offset, r.length, 1, r.flags, r.stream, r.kind)
          }
          index.publish()
          const batch = createPortBatch(64)
          try {
            for (let turn = 0; turn < 20; turn++) {
              batch.count = 0
              const more = reader.pull(batch)
              for (let i = 0; i < batch.count; i++) {
                const [from, to] = [batch.offset[i]!, batch.offset[i]! + batch.length[i]!]
                expect(from >= at && to <= at + 1024).toBe(true)
                for (const h of [batch.l3[i]!, batch.l4[i]!]) expect(h === -1 || (h >= at && h <= to)).toBe(true)
              }
              if (more) break
            }
          } catch (e) {
            expect(e).toMatchObject({ code: 'SL_RING' })
          }
          writer.stop()
          await reader.stop()
        },
      ),
      { numRuns: 200, seed: 3 },
    )
  })

  it('its word for the state of the port is not believed either', async () => {
    const { arena, reader, open } = ends()
    open().stop()
    const state = new Int32Array(arena.buffer, reader.port.state, 16)
    state[STATE.hub] = 12345
    state[STATE.writer] = 99
    const pulled = reader.pull(createPortBatch(8))
    await reader.stop()
    await pulled
  })
})
