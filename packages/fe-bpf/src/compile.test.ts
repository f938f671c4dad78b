import { asError } from '@netstreamline/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compile, disassemble, linkTypeNumber, run, validate } from './index.js'

const ethernet = { linktype: 1 }
const text = (expression: string, options = {}): string =>
  disassemble(compile(expression, { ...ethernet, ...options }), 'd')

/** An Ethernet frame of `size` bytes with the given bytes (hex) at the given places. */
const frame = (parts: Readonly<Record<number, string>>, size = 120): Uint8Array => {
  const bytes = new Uint8Array(size)
  for (const [at, hex] of Object.entries(parts)) {
    bytes.set(
      hex.match(/../g)!.map((h) => Number.parseInt(h, 16)),
      Number(at),
    )
  }
  return bytes
}
const passes = (expression: string, bytes: Uint8Array, options = {}): boolean =>
  run(compile(expression, { ...ethernet, ...options }), bytes, 0, bytes.length, bytes.length) > 0

const tcp4 = { 12: '0800', 14: '45', 23: '06', 26: '0a000001', 30: '0a000002', 34: '04d2', 36: '0050' }
const tcp6 = { 12: '86dd', 14: '60', 20: '06', 54: '04d2', 56: '0050' }

describe('compile', () => {
  it('gives the code that tcpdump -d prints', () => {
    expect(text('tcp dst port 80')).toBe(`(000) ldh      [12]
(001) jeq      #0x86dd          jt 2\tjf 6
(002) ldb      [20]
(003) jeq      #0x6             jt 4\tjf 15
(004) ldh      [56]
(005) jeq      #0x50            jt 14\tjf 15
(006) jeq      #0x800           jt 7\tjf 15
(007) ldb      [23]
(008) jeq      #0x6             jt 9\tjf 15
(009) ldh      [20]
(010) jset     #0x1fff          jt 15\tjf 11
(011) ldxb     4*([14]&0xf)
(012) ldh      [x + 16]
(013) jeq      #0x50            jt 14\tjf 15
(014) ret      #262144
(015) ret      #0`)
  })

  it('leaves the code as generated without optimisation', () => {
    expect(text('len > 100', { optimize: false, snaplen: 96 })).toBe(`(000) ld       #pktlen
(001) st       M[0]
(002) ld       #0x64
(003) st       M[1]
(004) ldx      M[1]
(005) ld       M[0]
(006) jgt      x                jt 7\tjf 8
(007) ret      #96
(008) ret      #0`)
  })

  it('accepts everything for an empty expression', () => {
    for (const empty of ['', ' \n\t']) expect(text(empty)).toBe('(000) ret      #262144')
  })

  it('finds ports in IPv4 and IPv6, not in later fragments', () => {
    expect(passes('tcp port 80', frame(tcp4))).toBe(true)
    expect(passes('tcp port 80', frame(tcp6))).toBe(true)
    expect(passes('tcp src port 80', frame(tcp4))).toBe(false)
    expect(passes('tcp port 80', frame({ ...tcp4, 20: '0010' }))).toBe(false)
    expect(passes('port http', frame(tcp4))).toBe(true)
    expect(passes('tcp[2:2] = 80', frame(tcp6))).toBe(false)
  })

  it('moves offsets for all that follows vlan, also over or', () => {
    const tagged = frame({ 12: '8100', 14: '0005', 16: '0800', 18: '45', 27: '11' })
    expect(passes('vlan and udp', tagged)).toBe(true)
    expect(passes('vlan 5 and ip', tagged)).toBe(true)
    expect(passes('vlan 6', tagged)).toBe(false)
    expect(passes('vlan and vlan', tagged)).toBe(false)
    // What stands after vlan looks behind a tag, so plain IP is not found any more.
    expect(passes('vlan or ip', frame(tcp4))).toBe(false)
    expect(passes('ip or vlan', frame(tcp4))).toBe(true)
  })

  it('rejects on loads outside the packet, also under not', () => {
    expect(passes('not ip[100] = 1', frame(tcp4, 60))).toBe(false)
    expect(passes('not ip[40] = 1', frame(tcp4, 60))).toBe(true)
  })

  it('carries qualifiers over to ids without', () => {
    expect(text('tcp port 80 or 443')).toBe(text('tcp port 80 or tcp port 443'))
    expect(text('host 1.2.3.4 or 1.2.3.5')).toBe(text('host 1.2.3.4 or host 1.2.3.5'))
    expect(text('port (80 or 443 or not 22)')).toBe(text('port 80 or port 443 or not port 22'))
    expect(text('src net 10 and (tcp or udp) and not 10.1')).toBe(
      text('src net 10.0.0.0/8 and (tcp or udp) and not src net 10.1.0.0/16'),
    )
  })

  it('lets % and ^ take all that follows, other operators bind as in C', () => {
    expect(text('ip[0] % 3 + 1 = 2')).toBe(text('ip[0] % (3 + 1) = 2'))
    expect(text('ip[0] + 2 * 3 = 9')).toBe(text('ip[0] + (2 * 3) = 9'))
    expect(text('ip[0] & 0xf << 2 = 9')).toBe(text('ip[0] & (0xf << 2) = 9'))
    expect(text('ip[0] - 1 - 2 = 9')).toBe(text('(ip[0] - 1) - 2 = 9'))
  })

  it('takes link types by LINKTYPE number as well', () => {
    const raw = compile('ip', { linktype: 12 })
    expect(compile('ip', { linktype: 101 })).toEqual(raw)
    expect(compile('ip', { linktype: linkTypeNumber('dlt_raw')! })).toEqual(raw)
  })

  it('bridges far branches with jumps', () => {
    const hosts = Array.from({ length: 1000 }, (_, i) => `host 10.0.${i >> 8}.${i & 255}`)
    const program = compile(hosts.join(' or '), ethernet)
    validate(program)
    expect(program.some(({ code }) => code === 5)).toBe(true)
    const to = (address: string) => frame({ ...tcp4, 26: '01020304', 30: address })
    const pass = (bytes: Uint8Array) => run(program, bytes, 0, bytes.length, bytes.length) > 0
    expect([pass(to('0a0003e7')), pass(to('0a0003e8')), pass(frame(tcp4))]).toEqual([true, false, true])
  })

  it('takes ten thousand terms of alternating and and or', () => {
    const terms = Array.from({ length: 10_000 }, (_, i) => `${i ? (i % 2 ? ' or' : ' and') : ''} len > ${i}`)
    validate(compile(terms.join(''), { ...ethernet, optimize: false }))
  })
})

describe('errors', () => {
  const failure = (expression: string, options = {}) => {
    try {
      compile(expression, { ...ethernet, ...options })
    } catch (e) {
      return asError(e)
    }
    throw new Error(`accepted: ${expression}`)
  }

  it.each([
    ['arp and foo', 'syntax error in filter expression'],
    ['host', "can't parse filter expression: syntax error"],
    ['1.2.3.4', "can't parse filter expression: syntax error"],
    ['port ((80 or 22) or 443)', "can't parse filter expression: syntax error"],
    ['ip and arp', 'expression rejects all packets'],
    ['tcp host 1.2.3.4', "'tcp' modifier applied to host"],
    ['host example.com', "unknown host 'example.com'"],
    ['net 10.1.0.0/8', 'non-network bits set in "10.1.0.0/8"'],
    ['net fe80::1/10', 'non-network bits set in "fe80::1/10"'],
    ['port 65536', 'illegal port number 65536 > 65535'],
    ['port nosuchservice', "unknown port 'nosuchservice'"],
    ['udp port ssh', "port 'ssh' is tcp"],
    ['tcp[0:3] = 1', 'data size must be 1, 2, or 4'],
    ['ip[0] / 0 = 1', 'division by zero'],
    ['1 << 32 = 0', 'shift by more than 31 bits'],
    ['vlan 4096', 'VLAN tag 4096 greater than maximum 4095'],
    ['mpls and vlan', 'no VLAN match after MPLS'],
    ['gateway foo', "'gateway' not supported in this configuration"],
    ['ip broadcast', "netmask not known, so 'ip broadcast' not supported"],
    ['inbound', 'inbound/outbound not supported on Ethernet when reading savefiles'],
    ['08', 'number 08 contains non-octal digit'],
    ['len = 0x100000000', 'number 0x100000000 overflows 32 bits'],
    ['ether host 00:11:22:33:44:', 'bogus ethernet address 00:11:22:33:44:'],
  ])('%s: %s', (expression, message) => {
    expect(failure(expression)).toMatchObject({ code: 'SL_FILTER', message })
  })

  it.each([
    [0, 'vlan', 'no VLAN support for BSD loopback'],
    [113, 'mpls', 'no MPLS support for Linux cooked v1'],
    [12, 'ether broadcast', 'not a broadcast link'],
    [227, 'ip', 'CAN link-layer type filtering not implemented'],
    [105, 'ip protochain 6', "'protochain' not supported with variable length headers"],
    [3145728, '', 'unknown data link type 3145728 (min 104, max 289)'],
  ])('link type %i, %s: %s', (linktype, expression, message) => {
    expect(failure(expression, { linktype })).toMatchObject({ code: 'SL_FILTER', message })
  })

  it('say where', () => {
    const e = failure('tcp port 80 and\n  udp port ssh or arp')
    expect(e.detail).toMatchObject({ column: 3, caret: '  udp port ssh or arp\n  ^^^^^^^^^^^^' })
    expect(failure('tcp andd udp').hint).toBe("join tests with 'and' or 'or'")
  })

  it('is what any text gives that is no expression', () => {
    const words =
      'and or not ( ) [ ] : host net port src dst 10.0.0.1 ::1 80 tcp ip ether vlan mpls = > & | - % len \\ip $0a mask / 00:11:22:33:44:55 type'
    const noise = fc.oneof(
      fc.string({ maxLength: 200 }),
      fc.string({ maxLength: 200, unit: 'binary' }),
      fc.array(fc.constantFrom(...words.split(' ')), { maxLength: 40 }).map((list) => list.join(' ')),
    )
    fc.assert(
      fc.property(noise, fc.constantFrom(0, 1, 9, 12, 105, 113, 127, 276), (expression, linktype) => {
        try {
          validate(compile(expression, { linktype }))
        } catch (e) {
          expect(asError(e).code).toBe('SL_FILTER')
        }
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['('.repeat(10_000)],
    ['not '.repeat(100_000)],
    [`${'('.repeat(300)}ip${')'.repeat(300)}`],
    [`ip[${'ip['.repeat(500)}`],
    [`${'-'.repeat(1000)}1 = 1`],
    [`${'1 % '.repeat(1000)}1 = 1`],
    ['a:'.repeat(10_000)],
    ['host '.repeat(10_000)],
    ['x'.repeat(2 << 20)],
  ])('bounds what nests (%#)', (expression) => {
    expect(failure(expression).code).toBe('SL_FILTER')
  })
})

describe('the optimiser', () => {
  const address = fc.constantFrom('10.0.0.1', '10.0.0.2', '1.2.3.4')
  const number = fc.constantFrom('0', '1', '6', '17', '80', '0x800', '0xff')
  const leaf = fc.oneof(
    fc.constantFrom(
      'ip',
      'ip6',
      'tcp',
      'udp',
      'arp',
      'icmp',
      'vlan',
      'vlan 5',
      'mpls',
      'pppoes',
      'ether multicast',
      'less 100',
      'tcp port 80',
    ),
    fc.tuple(fc.constantFrom('', 'src ', 'dst '), address).map(([dir, a]) => `${dir}host ${a}`),
    fc.tuple(fc.constantFrom('', 'tcp ', 'udp src '), fc.integer({ min: 0, max: 3 })).map(([p, n]) => `${p}port ${n}`),
    fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })).map(([a, b]) => `portrange ${a}-${b}`),
    fc
      .tuple(
        fc.constantFrom('ip[0]', 'ip[9]', 'tcp[13]', 'ether[12:2]', 'udp[0:2]', 'len', 'ip6[6]'),
        fc.constantFrom('&', '|', '+', '-', '*', '^', '<<'),
        fc.constantFrom('0', '1', '7', '0xff'),
        fc.constantFrom('=', '!=', '<', '>='),
        number,
      )
      .map(([field, op, k, relation, n]) => `${field} ${op} ${k} ${relation} ${n}`),
  )
  const expression = fc.letrec<{ e: string }>((tie) => ({
    e: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.tuple(tie('e'), fc.constantFrom('and', 'or'), tie('e')).map(([a, op, b]) => `(${a} ${op} ${b})`),
      tie('e').map((e) => `not ${e}`),
    ),
  })).e
  /** Long packets, so that no load lies outside, with values at the usual places that tests look for. */
  const packet = fc
    .record({
      type: fc.constantFrom('0800', '86dd', '0806', '8100', '8847', '8864'),
      noise: fc.uint8Array({ minLength: 300, maxLength: 300, max: 6 }),
      proto: fc.constantFrom('06', '11', '01'),
      source: fc.constantFrom('0a000001', '0a000002', '01020304'),
    })
    .map(({ type, noise, proto, source }) => {
      const bytes = Uint8Array.from(noise)
      bytes.set(frame({ 0: type, 2: '45', 8: '0000' }, 10), 12)
      bytes.set(frame({ 0: proto }, 1), 23)
      bytes.set(frame({ 0: proto }, 1), 20)
      bytes.set(frame({ 0: source }, 4), 26)
      return bytes
    })

  it('does not change which packets pass', () => {
    fc.assert(
      fc.property(
        expression,
        fc.array(packet, { minLength: 5, maxLength: 20 }),
        fc.constantFrom(1, 12, 0, 113),
        (e, packets, linktype) => {
          let plain: ReturnType<typeof compile>
          try {
            plain = compile(e, { linktype, optimize: false })
          } catch {
            return
          }
          let optimized: ReturnType<typeof compile> | undefined
          try {
            optimized = compile(e, { linktype })
          } catch (error) {
            expect(asError(error).message).toBe('expression rejects all packets')
          }
          for (const p of packets) {
            const want = run(plain, p, 0, p.length, p.length)
            expect(optimized ? run(optimized, p, 0, p.length, p.length) : 0).toBe(want)
          }
        },
      ),
      { numRuns: 1500 },
    )
  })
})
