import { KIND, type ProbeResult } from '@netstreamline/core'
import { describe, expect, it } from 'vitest'
import { createStreamline } from './streamline.js'
import { fakeSpace } from './testing/fake-space.js'
import { fn, registryOf, request, source } from './testing/requests.js'

const functions = [
  source('live'),
  fn('cap', { inputs: ['link'], outputs: ['link', 'same'], role: ['source', 'sink'], probe: true }),
  fn('ip', { inputs: ['link', 'ip'], outputs: ['ip'] }),
  fn('tcp', { inputs: ['ip'], outputs: ['tcp'] }),
  fn('udp', { inputs: ['ip'], outputs: ['udp'] }),
  fn('http', { inputs: ['tcp'], outputs: ['message'] }),
  fn('ether', { inputs: ['1'], outputs: ['same'] }),
  fn('count', { inputs: ['any'], outputs: ['same'] }),
  fn('null', { inputs: ['any'], outputs: [] }),
  fn('odd', { inputs: ['acme.frame'], outputs: ['same'] }),
]
const probing = (probe: unknown = async (): Promise<ProbeResult> => ({ kinds: [1], snaplen: 96, size: 1000 })) => {
  const registry = registryOf(functions, {}, { './dist/fe/cap.js': { probe } })
  return createStreamline({ registry, spaces: [fakeSpace('process')] })
}
const refusal = (...nodes: Parameters<typeof request>) =>
  probing()
    .plan(request(...nodes))
    .then(
      () => expect.unreachable(),
      (e) => ({ code: e.code, message: e.message, hint: e.hint, detail: e.detail }),
    )

describe('kinds of block', () => {
  it('that fit are let through', async () => {
    for (const line of [
      ['live', 'ip', 'tcp', 'http', 'count', 'null'],
      ['live', 'count', 'ip', 'ip'],
      ['live', 'ether'],
      ['cap', 'ether', 'cap', 'ip'],
      ['cap', 'null'],
    ]) {
      await probing().plan(request(line))
    }
  })

  it('that do not fit are named, with what would lead there', async () => {
    expect(await refusal(['live', 'http'])).toMatchObject({
      code: 'SL_KIND',
      message: '(live) hands on link-layer packets; (http) takes tcp',
      hint: 'put (ip) > (tcp) before it',
      detail: { vertex: 'http#1', from: 'live#1', detour: ['ip', 'tcp'] },
    })
    expect((await refusal(['live', 'ip', 'http'])).hint).toBe('put (tcp) before it')
    expect((await refusal(['live', 'ip', 'udp', 'http'])).message).toBe('(udp) hands on udp; (http) takes tcp')
    expect((await refusal(['live', 'odd'])).hint).toBe('no function here makes acme.frame of it')
  })

  it('that come through what hands on the same are still known', async () => {
    expect((await refusal(['live', 'ip', 'count', 'http'])).message).toBe('(count) hands on ip; (http) takes tcp')
  })

  it('are missing where nothing leads in, or nothing comes out', async () => {
    expect(await refusal(['count'])).toMatchObject({ code: 'SL_KIND', message: 'nothing leads to (count)' })
    expect((await refusal(['live', 'null', 'count'])).message).toBe('(null) hands nothing on to (count)')
    expect((await refusal(['live', 'live'])).message).toBe('(live) is a source; it takes nothing from (live)')
  })

  it('need only fit one of two inputs each', async () => {
    const both = [
      [0, 1],
      [0, 2],
      [1, 3],
      [2, 3],
    ] as const
    expect((await refusal(['live', 'ip', 'count', 'tcp'], both)).message).toBe(
      '(count) hands on link-layer packets; (tcp) takes ip',
    )
  })
})

describe('probing', () => {
  it('makes the kinds of the source exact', async () => {
    const plan = (kinds: number[]) => probing(async () => ({ kinds })).plan(request(['cap', 'ether']))
    expect((await plan([1])).vertices[0]?.linkType).toBe(1)
    await plan([113, 1])
    await expect(plan([113])).rejects.toMatchObject({ message: '(cap) hands on LINUX_SLL; (ether) takes EN10MB' })
    await expect(plan([KIND.bytes, 147])).rejects.toMatchObject({
      message: '(cap) hands on bytes, link type 147; (ether) takes EN10MB',
    })
  })

  it('is left out by check, and for what is no source', async () => {
    let probes = 0
    const probe = async () => {
      probes++
      return { kinds: [1] }
    }
    await probing(probe).check(request(['cap', 'ether', 'cap']))
    expect(probes).toBe(0)
    await probing(probe).plan(request(['cap', 'ether', 'cap']))
    expect(probes).toBe(1)
  })

  it('that fails says where in the request', async () => {
    const text = '(cap,path=x)'
    const r = { ...request([['cap', {}, { span: [0, 12] as const }]]), text }
    const failing = async () => {
      throw Object.assign(new Error('x is not there'), { code: 'SL_NO_FILE' })
    }
    const e = await probing(failing)
      .plan(r)
      .catch((x) => x)
    expect([e.code, e.message, e.detail.frame]).toEqual(['SL_NO_FILE', 'x is not there', `${text}\n${'^'.repeat(12)}`])
  })

  it('that answers nonsense, or is missing, is a fault of the plugin', async () => {
    for (const bad of [
      async () => undefined,
      async () => ({}),
      async () => ({ kinds: ['x'] }),
      async () => ({ kinds: [-1] }),
      7,
    ]) {
      await expect(probing(bad).plan(request(['cap']))).rejects.toMatchObject({ code: 'SL_PLUGIN' })
    }
  })

  it('is shown by explain and tells the size', async () => {
    const seen: string[] = []
    await probing().plan(request(['cap']), { onExplain: (e) => seen.push(`${e.step}: ${e.text}`) })
    expect(seen).toContain('probe: delivers EN10MB, 1000 bytes')
  })
})
