import { KIND } from '@netstreamline/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { locate, payloadEnd } from './locate.js'
import type { Packet } from './packet.js'

const hex = (text: string): number[] =>
  text
    .replace(/\s/g, '')
    .match(/../g)
    ?.map((byte) => Number.parseInt(byte, 16)) ?? []
const packet = (kind: number, ...parts: (string | number[])[]): Packet => {
  const bytes = Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? hex(part) : part)))
  return { bytes, offset: 0, length: bytes.length, kind, l3: -1, l4: -1, proto: -1 }
}
const found = (p: Packet): (boolean | number)[] => [locate(p), p.l3, p.l4, p.proto]

const ether = '020000000001 020000000002'
const ipv4 = '4500 0018 0001 0000 4006 0000 0a000001 0a000002 04d20050'
const ipv6 = (next: string, rest: string) =>
  `60000000 ${(rest.replace(/\s/g, '').length / 2).toString(16).padStart(4, '0')} ${next} 40 ${'20010db8000000000000000000000001'.repeat(2)} ${rest}`

describe('locate: link types', () => {
  const cases: [string, number, string, number][] = [
    ['Ethernet', 1, `${ether} 0800`, 14],
    ['802.1Q', 1, `${ether} 8100 0005 0800`, 18],
    ['QinQ', 1, `${ether} 88a8 0005 8100 0006 0800`, 22],
    ['old QinQ', 1, `${ether} 9100 0005 8100 0006 0800`, 22],
    ['PPPoE', 1, `${ether} 8864 1100 0001 001a 0021`, 22],
    ['PPPoE in a VLAN', 1, `${ether} 8100 0005 8864 1100 0001 001a 0021`, 26],
    ['MPLS', 1, `${ether} 8847 00010040 00020140`, 22],
    ['SNAP', 1, `${ether} 0020 aaaa03 000000 0800`, 22],
    ['LLC', 1, `${ether} 0020 060603`, 17],
    ['SLL', 113, `0000 0001 0006 0200000000010000 0800`, 16],
    ['SLL2', 276, `0800 0000 00000002 0001 00 06 0200000000010000`, 20],
    ['RAW', 101, '', 0],
    ['RAW (DLT)', 12, '', 0],
    ['IPV4', 228, '', 0],
    ['ip', KIND.ip, '', 0],
    ['NULL, little endian', 0, '02000000', 4],
    ['NULL, big endian', 0, '00000002', 4],
    ['LOOP', 108, '00000002', 4],
    ['PPP', 9, 'ff03 0021', 4],
    ['PPP, compressed', 9, '21', 1],
    ['PPP_SERIAL', 50, 'ff03 0021', 4],
    ['PPP_SERIAL, Cisco', 50, '0f00 0800', 4],
    ['C_HDLC', 104, '0f00 0800', 4],
    ['frame relay', 107, '1841 03 cc', 4],
    ['frame relay, SNAP', 107, '1841 03 00 80 000000 0800', 10],
    ['ARCNET, RFC 1201', 129, '01020000d4000001', 8],
    ['ARCNET, RFC 1051', 7, '0102f0', 3],
    ['NFLOG', 239, '02000000 0800 0100 08000000 0500 0a00 41000000 1c00 0900', 24],
    ['PKTAP', 258, '0c000000 01000000 65000000', 12],
    ['802.11', 105, `0801 0000 ${'02'.repeat(18)} 1000 aaaa03 000000 0800`, 32],
    ['802.11 QoS in radiotap', 127, `00000800 00000000 8801 0000 ${'02'.repeat(18)} 1000 0000 aaaa03 000000 0800`, 42],
  ]
  it.each(cases)('%s', (_name, kind, link, l3) => {
    expect(found(packet(kind, link, ipv4))).toEqual([true, l3, l3 + 20, 6])
  })

  it.each(cases)('%s: cut anywhere, nothing beyond the cut is believed', (_name, kind, link, l3) => {
    const whole = packet(kind, link, ipv4)
    for (let length = 0; length < l3 + 20; length++) {
      expect(found({ ...whole, length, l3: -1, l4: -1, proto: -1 })).toEqual([false, -1, -1, -1])
    }
  })

  it('is not fooled by ARP, unknown link types and empty windows', () => {
    expect(found(packet(1, `${ether} 0806 0001`))[0]).toBe(false)
    expect(found(packet(147, ipv4))[0]).toBe(false)
    expect(found(packet(101))[0]).toBe(false)
  })
})

describe('locate: network headers', () => {
  it('skips IPv4 options', () => {
    expect(found(packet(101, '4600 001c 0001 0000 4011 0000 0a000001 0a000002 01010101 00350035'))).toEqual([
      true,
      0,
      24,
      17,
    ])
  })
  it('has no transport header in later fragments, but the protocol', () => {
    expect(found(packet(101, '4500 001c 0001 0010 4006 0000 0a000001 0a000002 0102030405060708'))).toEqual([
      true,
      0,
      -1,
      6,
    ])
  })
  it('refuses header lengths below 20 and total lengths below the header', () => {
    expect(found(packet(101, ipv4.replace('45', '44')))[0]).toBe(false)
    expect(found(packet(101, ipv4.replace('0018', '0010')))[0]).toBe(false)
  })
  it('walks IPv6 extension headers', () => {
    const chain = '2b00 000000000000 3c00 000000000000 3300 000000000000 0600 000000000000 04d20050'
    // Hop-by-hop, routing, destination options, then AH of (0 + 2) * 4 bytes.
    expect(found(packet(101, ipv6('00', chain)))).toEqual([true, 0, 40 + 32, 6])
  })
  it('looks through the first fragment only', () => {
    expect(found(packet(101, ipv6('2c', '0600 0001 00000001 04d20050')))).toEqual([true, 0, 48, 6])
    expect(found(packet(101, ipv6('2c', '0600 0009 00000001 04d20050')))).toEqual([true, 0, -1, 6])
  })
  it('ends on endless chains', () => {
    const p = packet(101, ipv6('00', '0000000000000000'.repeat(100)))
    expect(found(p)).toEqual([true, 0, -1, -1])
  })
  it('believes what an FE before has found', () => {
    const p = packet(101, ipv4)
    p.l3 = 0
    p.l4 = 20
    p.proto = 17
    expect(found(p)).toEqual([true, 0, 20, 17])
  })
})

describe('payloadEnd', () => {
  const endOf = (p: Packet) => locate(p) && payloadEnd(p)
  it('leaves padding out', () => expect(endOf(packet(1, `${ether} 0800`, ipv4, '000000000000'))).toBe(38))
  it('stops where the capture does', () => expect(endOf(packet(101, ipv4.replace('0018', '0400')))).toBe(24))
  it('takes a length of zero for all there is', () => {
    expect(endOf(packet(101, ipv4.replace('0018', '0000'), '0102'))).toBe(26)
    expect(endOf(packet(101, ipv6('06', '01020304').replace('0004', '0000')))).toBe(44)
  })
  it('knows IPv6', () => expect(endOf(packet(101, ipv6('06', '01020304'), '99'))).toBe(44))
})

it('hostile packets: whatever the bytes, results lie inside the window and depend on nothing outside', () => {
  const kinds = [
    0,
    1,
    6,
    9,
    10,
    12,
    50,
    51,
    100,
    101,
    104,
    105,
    107,
    108,
    109,
    113,
    127,
    7,
    129,
    239,
    258,
    166,
    192,
    228,
    276,
    KIND.ip,
  ]
  const biased = fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(0x08, 0x00, 0x81, 0x45, 0x60, 0x88, 0x47, 6, 44, 51),
  )
  fc.assert(
    fc.property(
      fc.constantFrom(...kinds),
      fc.array(biased, { maxLength: 120 }),
      fc.nat(255),
      (kind, window, filling) => {
        const lead = 8
        const run = (fill: number) => {
          const bytes = new Uint8Array(lead + window.length + 64).fill(fill)
          bytes.set(window, lead)
          const p: Packet = { bytes, offset: lead, length: window.length, kind, l3: -1, l4: -1, proto: -1 }
          const ok = locate(p)
          return [ok, p.l3, p.l4, p.proto, ok ? payloadEnd(p) : -1] as const
        }
        const [ok, l3, l4, , end] = run(filling)
        expect(run(filling ^ 0xff)).toEqual(run(filling))
        if (!ok) return
        expect(l3).toBeGreaterThanOrEqual(lead)
        expect(l4 === -1 || (l4 >= l3 + 20 && l4 <= lead + window.length)).toBe(true)
        expect(end).toBeLessThanOrEqual(lead + window.length)
      },
    ),
    { numRuns: 3000, seed: 7 },
  )
})
