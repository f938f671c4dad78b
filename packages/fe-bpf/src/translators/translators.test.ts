import { asError, KIND, type TranslateContext } from '@netstreamline/core'
import { compileProgram } from '@netstreamline/jit'
import { describe, expect, it } from 'vitest'
import { compile, disassemble, encodeProgram } from '../index.js'
import expression from './expression.js'
import program from './program.js'

const translate = async (options: Record<string, string | number | boolean>, about: Partial<TranslateContext> = {}) => {
  const context = { target: 'js', kinds: [], ...about }
  const vertex = { name: 'bpf#1', function: 'bpf', options }
  const cbpf = await expression.translate(vertex, context)
  const ir = await program.translate(cbpf!, context)
  const bytes = Uint8Array.from(atob(String(ir!.options['program'])), (c) => c.charCodeAt(0))
  return { cbpf: cbpf!, ir: ir!, filter: compileProgram(bytes) }
}
const frame = (kind: number, bytes: Uint8Array) => ({
  bytes,
  offset: 0,
  length: bytes.length,
  kind,
  l3: -1,
  l4: -1,
  proto: -1,
  classifier: 0,
  stream: 0,
  wireLength: bytes.length,
})

describe('translation of (bpf)', () => {
  it('goes through classic BPF to the IR', async () => {
    const { cbpf, ir, filter } = await translate({ expression: 'arp' })
    expect([cbpf.function, ir.function, ir.name]).toEqual(['cbpf', 'ir', 'bpf#1'])
    expect(cbpf.options['program']).toBe(encodeProgram(compile('arp', { linktype: 1 })))
    const arp = new Uint8Array(60)
    arp.set([0x08, 0x06], 12)
    expect([filter(frame(1, arp)), filter(frame(1, new Uint8Array(60)))]).toEqual([1, 0])
  })

  it('compiles for the link types that arrive', async () => {
    const ip = Uint8Array.of(0x45, ...new Array(19).fill(0))
    const ethernet = new Uint8Array(60)
    ethernet.set([0x08, 0x00, 0x45], 12)
    const both = await translate({ expression: 'ip' }, { kinds: [1, KIND.ip] })
    expect([
      both.filter(frame(1, ethernet)),
      both.filter(frame(KIND.ip, ip)),
      both.filter(frame(KIND.ip, ethernet)),
    ]).toEqual([1, 1, 0])
    const raw = await translate({ expression: 'ip' }, { kinds: [101] })
    expect([raw.filter(frame(101, ip)), raw.filter(frame(101, ethernet))]).toEqual([1, 0])
    // No ARP on raw IP: that link type passes nothing, the other does.
    await expect(translate({ expression: 'arp' }, { kinds: [1, 101] })).resolves.toBeDefined()
    await expect(translate({ expression: 'arp' }, { kinds: [101] })).rejects.toMatchObject({
      message: 'expression rejects all packets',
    })
    await expect(translate({ expression: 'vlan' }, { kinds: [1, 101] })).rejects.toMatchObject({
      code: 'SL_FILTER',
      message: 'for link type 101: no VLAN support for Raw IP',
    })
  })

  it('cuts the window to the snapshot length', async () => {
    const keep = async (options: Record<string, string | number>, snaplen?: number) => {
      const f = frame(1, new Uint8Array(100))
      const { filter } = await translate({ expression: '', ...options }, { snaplen })
      return filter(f) && f.length
    }
    expect([await keep({}), await keep({ snaplen: 64 }), await keep({}, 50), await keep({}, 0)]).toEqual([
      100, 64, 50, 100,
    ])
  })

  it('takes a program as tcpdump -ddd prints it', async () => {
    const text = disassemble(compile('len = 60', { linktype: 1 }), 'ddd')
    const { filter } = await translate({ program: text })
    expect([60, 61].map((n) => filter(frame(1, new Uint8Array(n))))).toEqual([1, 0])
    await expect(translate({ program: '1,255 0 0 0' })).rejects.toMatchObject({ code: 'SL_FILTER' })
  })

  it('refuses what has no header, and what is no expression', async () => {
    await expect(translate({ expression: 'ip' }, { kinds: [KIND.udp] })).rejects.toMatchObject({ code: 'SL_KIND' })
    const e = await translate({ expression: 'tcp prt 80' }).catch(asError)
    expect(e).toMatchObject({ code: 'SL_FILTER', detail: { column: 5 } })
  })
})
