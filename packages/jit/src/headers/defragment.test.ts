import type { Ring } from '@netstreamline/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEFRAGMENTED, Defragmenter, NOT_A_FRAGMENT, PENDING } from './defragment.js'

const MEMORY = 0x60000
const setUp = (options = {}) => {
  const bytes = new Uint8Array(MEMORY)
  let reclaimed = 0
  const alloc = (size: number): Ring => ({
    id: 9,
    base: MEMORY - size,
    size,
    reclaim: (offset, length) => {
      reclaimed++
      if (offset < MEMORY - size || offset + length > MEMORY) throw new Error('outside the ring')
    },
    free: () => {},
  })
  const defragmenter = new Defragmenter({ alloc, bytes }, options)
  const add = (packet: Uint8Array, seconds = 0, captured = packet.length) => {
    bytes.set(packet, 100)
    return defragmenter.add({ bytes, l3: 100, seconds }, 100 + captured)
  }
  const result = () => {
    const { offset, length } = defragmenter.datagram
    return bytes.slice(offset, offset + length)
  }
  return { defragmenter, add, result, reclaimed: () => reclaimed }
}

const v4 = (from: number, more: boolean, data: Uint8Array, id = 1): Uint8Array => {
  const size = 20 + data.length
  const field = (from >> 3) | (more ? 0x2000 : 0)
  return Uint8Array.of(
    0x45,
    0,
    size >> 8,
    size,
    0,
    id,
    field >> 8,
    field,
    64,
    17,
    0,
    0,
    10,
    0,
    0,
    1,
    10,
    0,
    0,
    2,
    ...data,
  )
}
const v6 = (from: number, more: boolean, data: Uint8Array): Uint8Array => {
  const size = 16 + data.length
  const field = from | (more ? 1 : 0)
  const address = [32, 1, 13, 184, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
  const fixed = [0x60, 0, 0, 0, size >> 8, size, 0, 64, ...address, ...address]
  const options = [44, 0, 1, 4, 0, 0, 0, 0]
  return Uint8Array.of(...fixed, ...options, 17, 0, field >> 8, field, 0, 0, 0, 5, ...data)
}
const text = (length: number, salt = 0): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 7 + salt) & 255)

describe('Defragmenter', () => {
  it('leaves whole packets alone', () => {
    const { add } = setUp()
    expect(add(v4(0, false, text(8)))).toBe(NOT_A_FRAGMENT)
    expect(add(v6(0, false, text(8)))).toBe(NOT_A_FRAGMENT)
  })

  it('puts IPv4 together in any order, with a header that fits', () => {
    const { add, result, defragmenter } = setUp()
    const data = text(60)
    expect(add(v4(48, false, data.slice(48)))).toBe(PENDING)
    expect(add(v4(0, true, data.slice(0, 24)))).toBe(PENDING)
    expect(add(v4(24, true, data.slice(24, 48)))).toBe(DEFRAGMENTED)
    const packet = result()
    expect(packet.slice(20)).toEqual(data)
    expect([packet[2], packet[3], packet[6], packet[7]]).toEqual([0, 80, 0, 0])
    let sum = 0
    for (let i = 0; i < 20; i += 2) sum += packet[i]! * 256 + packet[i + 1]!
    expect((sum & 0xffff) + (sum >>> 16)).toBe(0xffff)
    expect(defragmenter.datagram).toMatchObject({ proto: 17, ring: 9 })
    expect(defragmenter.datagram.l4 - defragmenter.datagram.l3).toBe(20)
  })

  it('puts IPv6 together behind other extension headers', () => {
    const { add, result, defragmenter } = setUp()
    const data = text(40)
    expect(add(v6(0, true, data.slice(0, 24)))).toBe(PENDING)
    expect(add(v6(24, false, data.slice(24)))).toBe(DEFRAGMENTED)
    const packet = result()
    expect(packet.slice(48)).toEqual(data)
    expect([packet[5], packet[6], packet[40]]).toEqual([48, 0, 17])
    expect(defragmenter.datagram.proto).toBe(17)
  })

  it('keeps datagrams apart by identification', () => {
    const { add, result } = setUp()
    add(v4(0, true, text(8, 1), 1))
    add(v4(0, true, text(8, 2), 2))
    expect(add(v4(8, false, text(4), 2))).toBe(DEFRAGMENTED)
    expect(result().slice(20, 28)).toEqual(text(8, 2))
  })

  it('forgets after the timeout, by capture time', () => {
    const { add, defragmenter } = setUp({ timeout: 30 })
    add(v4(0, true, text(8)), 1000)
    expect(add(v4(8, false, text(4)), 1031)).toBe(PENDING)
    expect(defragmenter.counters()).toMatchObject({ datagramsDropped: 1, fragmentsPending: 1 })
  })

  it('refuses the ping of death, empty, cut-short and contradicting fragments', () => {
    const { add, defragmenter } = setUp()
    add(v4(65528, false, text(100)))
    add(v4(8, true, text(0)))
    add(v4(0, true, text(7)))
    add(v4(0, true, text(64)), 0, 60)
    expect(defragmenter.counters()['fragmentsMalformed']).toBe(4)
    add(v4(8, false, text(8)))
    add(v4(24, false, text(8)))
    expect(defragmenter.counters()['fragmentsMalformed']).toBe(5)
  })

  it('stays inside its bounds', () => {
    const { add, defragmenter } = setUp({ datagrams: 4, bytes: 4096 })
    for (let id = 0; id < 200; id++) add(v4(8, true, text(64), id))
    expect(defragmenter.counters()).toMatchObject({ fragmentsPending: 4, datagramsDropped: 196 })
    for (let from = 0; from < 4000; from += 16) add(v4(from, true, text(8), 7))
    expect(defragmenter.counters()['fragmentsPending']).toBeLessThanOrEqual(4)
  })

  it('property: any cut, order, repetition and overlap gives the datagram', () => {
    const cuts = fc.array(fc.tuple(fc.nat(63), fc.integer({ min: 1, max: 20 })), { maxLength: 30 })
    fc.assert(
      fc.property(fc.integer({ min: 9, max: 511 }), cuts, fc.infiniteStream(fc.nat(1e6)), (size, extra, order) => {
        const { add, result, reclaimed } = setUp()
        const data = text(size)
        const all = [...Array(Math.ceil(size / 8)).keys()].map((unit) => [unit, 1] as [number, number])
        const pieces = [...all, ...extra.filter(([unit, units]) => unit * 8 < size && (unit > 0 || units * 8 < size))]
        const shuffled = pieces.map((p) => [order.next().value, p] as const).sort((a, b) => a[0] - b[0])
        let last: number = PENDING
        for (const [, [unit, units]] of shuffled) {
          const to = Math.min((unit + units) * 8, size)
          const packet = v4(unit * 8, to < size, data.slice(unit * 8, to))
          last = add(packet)
          if (last !== PENDING) break
        }
        expect(last).toBe(DEFRAGMENTED)
        expect(result().slice(20)).toEqual(data)
        expect(reclaimed()).toBe(1)
      }),
      { seed: 11 },
    )
  })

  it('lets first data win where fragments differ', () => {
    const { add, result, defragmenter } = setUp()
    add(v4(8, true, text(16, 1)))
    add(v4(0, true, text(16, 2)))
    expect(add(v4(16, false, text(16, 3)))).toBe(DEFRAGMENTED)
    const data = result().slice(20)
    expect(data.slice(8, 24)).toEqual(text(16, 1))
    expect(data.slice(0, 8)).toEqual(text(16, 2).slice(0, 8))
    expect(data.slice(24)).toEqual(text(16, 3).slice(8))
    expect(defragmenter.counters()['fragmentConflicts']).toBeGreaterThan(0)
  })

  it('hostile fragments never throw', () => {
    const field = fc.constantFrom(0, 1, 5, 8, 16, 20, 44, 43, 60, 255)
    fc.assert(
      fc.property(
        fc.array(fc.array(field, { minLength: 48, maxLength: 90 }), { maxLength: 20 }),
        fc.boolean(),
        (packets, six) => {
          const { add, defragmenter } = setUp({ datagrams: 3 })
          for (const p of packets) add(Uint8Array.of(six ? 0x60 : 0x45, ...p.slice(1)))
          expect(defragmenter.counters()['fragmentsPending']).toBeLessThanOrEqual(3)
        },
      ),
      { seed: 5 },
    )
  })
})
