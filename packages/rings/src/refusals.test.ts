import { describe, expect, it } from 'vitest'
import { createByteRing } from './byte-ring.js'
import { inspectRing } from './counters.js'
import { createDBuf } from './dbuf.js'
import { EXTENSION_MARK, FIELD, HEADER_BYTES, RECORD_OTHER, WORD } from './format.js'
import { attachIBuf, createIBuf } from './ibuf.js'
import { IndexRecord } from './index-record.js'
import { loadPosition } from './position.js'
import { createRingTable } from './ring-table.js'
import { smallArena, startAt, wordsOf } from './testing/rings.js'

const CAPACITY = 256
const DATA = HEADER_BYTES / 4
const code = (code: string) => expect.objectContaining({ code })

/** An IBuf with one extended and one plain index in it, published. */
const filled = () => {
  const arena = smallArena()
  const ibuf = createIBuf(arena, { slots: CAPACITY / 32 })
  const writer = ibuf.writer()
  writer.pushExtended(9, 5, 6, 7, 1, 0, 1, 0, 1, 2, 3, 14, 34, 6)
  writer.push(9, 5, 6, 7, 1, 0, 2, 0)
  writer.publish()
  return { arena, ibuf, writer, reader: ibuf.reader(), words: wordsOf(arena, ibuf.descriptor, CAPACITY) }
}

describe('each rule of the format, broken alone, is noticed:', () => {
  const rules: [string, number, number][] = [
    ['no ring has id 0', 0, 0],
    ['an extension is no index', 0, EXTENSION_MARK],
    ['positions are below 2^52', 3, 2 ** 20],
    ['offsets are at most 2^30', 4, 2 ** 30 + 1],
    ['lengths are at most 2^30', 5, 2 ** 30 + 1],
    ['kinds are not negative', 7, -1],
    ['an extended index is followed by an extension', 8, 9],
    ['extensions have a known type', 9, 77],
  ]
  for (const [rule, at, value] of rules) {
    it(`(index) ${rule}`, () => {
      const { words, reader, ibuf, arena } = filled()
      const index = new IndexRecord()
      words[DATA + at] = value
      expect(() => reader.peek(index)).toThrow(code('SL_RING'))
      expect(() => reader.next(index)).toThrow(code('SL_RING'))
      // Where the extension is not to be trusted, its slot is taken for an index and refused or skipped with it.
      let next: boolean | undefined
      while (next === undefined) {
        try {
          next = reader.next(index)
        } catch {
          // What follows a broken record is judged by itself.
        }
        if (next && index.stream !== 2) next = undefined
      }
      expect([next, index.stream, index.extended]).toEqual([true, 2, false])
      expect(inspectRing(arena, ibuf.descriptor).counters.corrupt).toBeGreaterThan(1)
    })
  }

  it('(index) an extension is published with its index', () => {
    const { words, reader, writer } = filled()
    const index = new IndexRecord()
    expect([reader.next(index), reader.next(index)]).toEqual([true, true])
    writer.push(9, 5, 6, 7, 1, 0, 3, 0)
    writer.publish()
    const third = DATA + 3 * 8
    words[third + 1] = words[third + 1]! | (0x8000 << 16)
    words[third + 8] = EXTENSION_MARK
    words[third + 9] = 1
    expect(() => reader.next(index)).toThrow(code('SL_RING'))
    expect(reader.next(index)).toBe(false)
  })

  const writers: [string, number][] = [
    ['more than a ring ahead', CAPACITY + 32],
    ['behind the reader', -32],
    ['between two records', 16],
  ]
  for (const [where, position] of writers) {
    it(`(positions) a writer ${where}`, () => {
      const { words, reader } = filled()
      words[WORD.producer] = position
      for (let again = 0; again < 3; again++) {
        expect(() => reader.next(new IndexRecord())).toThrow('where no writer can be')
        expect(() => reader.arm()).toThrow(code('SL_RING'))
      }
      expect(reader.release()).toBe(false)
      expect(reader.positions.corruptions).toBe(1)
    })
  }

  for (const [where, position] of [
    ['ahead of what is published', 128],
    ['more than a ring behind', -CAPACITY],
  ] as const) {
    it(`(positions) a reader ${where}`, () => {
      const { words, writer } = filled()
      const push = () => writer.push(9, 5, 6, 7, 1, 0, 2, 0)
      words[WORD.consumer] = position
      expect(() => {
        for (let n = 0; n < 9; n++) push()
      }).toThrow('where no reader can be')
      expect(push).toThrow('where no reader can be')
    })
  }

  it('(positions) ends that contradict each other, found when one is taken', () => {
    const { words, ibuf } = filled()
    words[WORD.producer] = CAPACITY + 32
    expect(() => ibuf.writer()).toThrow(code('SL_RING'))
    expect(() => ibuf.reader()).toThrow(code('SL_RING'))
    words[WORD.producer] = 64
    words[WORD.consumer] = 8
    expect(() => ibuf.reader()).toThrow(code('SL_RING'))
  })

  it('(header) a ring larger than the memory it lies in', () => {
    const { arena, ibuf, words } = filled()
    for (const capacity of [2 ** 18, 2 ** 30, 2 ** 31]) {
      words[FIELD.capacity] = capacity
      expect(() => attachIBuf(arena, ibuf.descriptor)).toThrow(code('SL_RING'))
    }
    words[FIELD.capacity] = CAPACITY
    words[FIELD.dataOffset] = arena.bytes.length - ibuf.descriptor.offset - 64
    expect(() => attachIBuf(arena, ibuf.descriptor)).toThrow(code('SL_RING'))
  })

  const header = (length: number, type: number): [number, number] => [length, type]
  const records: [string, number, [number, number]][] = [
    ['a message longer than what is published', 0, header(57, 0)],
    ['a message of 1 GiB', 0, header(0x3fffffff, 0)],
    ['padding that does not reach the end', 0, header(24 | RECORD_OTHER, 0)],
    ['a number that does not follow', 0, header(8, 77)],
    ['a message that crosses the end', 224, header(40, 0)],
  ]
  for (const [what, start, words] of records) {
    it(`(byte ring) ${what}`, () => {
      const arena = smallArena()
      const ring = createByteRing(arena, CAPACITY)
      startAt(arena, ring.descriptor, start)
      const writer = ring.writer()
      const reader = ring.reader()
      for (let n = 0; n < 2; n++) writer.send(new Uint8Array(24))
      writer.publish()
      wordsOf(arena, ring.descriptor, CAPACITY).set(words, DATA + start / 4)
      for (let again = 0; again < 3; again++) expect(() => reader.receive()).toThrow(code('SL_RING'))
      expect(reader.positions.corruptions).toBe(1)
      // A new reader starts at the same place and meets the same.
      expect(() => ring.reader().receive()).toThrow(code('SL_RING'))
    })
  }
})

describe('what the format promises', () => {
  it('a producer mends a position that the last one left half written', () => {
    for (const died of [1, 2]) {
      const arena = smallArena()
      const ibuf = createIBuf(arena, { slots: CAPACITY / 32 })
      startAt(arena, ibuf.descriptor, 2 ** 32 - 64)
      const words = wordsOf(arena, ibuf.descriptor, CAPACITY)
      words[WORD.producer + 1] = 1
      if (died > 1) words[WORD.producer] = 32
      const writer = ibuf.writer()
      expect(Array.from(words.subarray(WORD.producer + 1, WORD.producer + 3))).toEqual(died > 1 ? [1, 1] : [0, 0])
      expect(loadPosition(words, WORD.producer)).toBe(died > 1 ? 2 ** 32 + 32 : 2 ** 32 - 64)
      expect(writer.push(1, 0, 0, 1, 1, 0, 0, 0)).toBe(true)
    }
  })

  it('an index resolves only if its block holds the whole window, and to the window', () => {
    const arena = smallArena()
    const dbuf = createDBuf(arena, { bytes: 1024 })
    dbuf.reserve(100)
    dbuf.commit(100)
    const table = createRingTable()
    table.add(dbuf)
    const index = Object.assign(new IndexRecord(), { ring: dbuf.id, position: 0, offset: 40, length: 60 })
    expect(table.resolve(index)).toBe(dbuf.base + 40)
    index.length = 61
    expect(table.resolve(index)).toBe(-1)
    table.remove(dbuf.id)
    expect(() => table.resolve(index)).toThrow(code('SL_RING'))
  })
})
