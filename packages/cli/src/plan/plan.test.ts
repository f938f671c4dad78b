import { describe, expect, it } from 'vitest'
import { capture } from '../testing/capture.js'
import { streamline, workplace } from '../testing/command.js'

const cwd = workplace({ 'a.pcap': capture(3), '<&">.pcap': capture(1) })
const request =
  '(pcap,path=a.pcap) > (bpf,expression="udp port 53") > ((udp) 53:99> (count) | (ip) !80> (count,name=b) | (b))'
const plan = (...args: string[]) => streamline(['plan', ...args], { cwd })

describe('streamline plan', () => {
  it('draws the graph as text, and says where everything runs', async () => {
    const { code, out } = await plan(request)
    expect(code).toBe(0)
    expect(out.split('\n\n')[0]).toBe(`pcap#1  (pcap,path=a.pcap)
> bpf#1  (bpf,expression="udp port 53")
├ > udp#1  (udp)
│ 53:99> count#1  (count)
├ > ip#1  (ip)
│ !80> b  (count)
└ > b ↑`)
    expect(out).toMatch(/^bpf#1 +process +bpf → .*ir +js /m)
  })

  it('gives the plan as JSON', async () => {
    const { vertices, edges } = JSON.parse((await plan('--json', request)).out)
    expect(vertices.map((v: { vertex: { name: string } }) => v.vertex.name)).toEqual([
      'pcap#1',
      'bpf#1',
      'udp#1',
      'count#1',
      'ip#1',
      'b',
    ])
    expect(vertices.every((v: { why: string; space: string }) => v.why && v.space === 'process')).toBe(true)
    expect(edges).toHaveLength(6)
  })

  it('gives DOT that Graphviz draws, whatever stands in the request', async () => {
    const hostile = '(pcap,path="<&\\">.pcap") > (count,name=count)'
    const { code, out } = await plan('--dot', hostile)
    expect(code).toBe(0)
    expect(out).toContain('&lt;&amp;\\&quot;&gt;.pcap')
    const { out: svg, code: drawn } = await plan('--svg', hostile)
    expect([drawn, svg.match(/<g id="node\d+"/g)?.length]).toEqual([0, 2])
    expect(svg).toMatch(/<svg [\s\S]*<\/svg>/)
    expect(svg).toContain('space process')
  })

  it('takes one format', async () => {
    const { code, err } = await plan('--dot', '--svg', request)
    expect([code, err]).toEqual([2, expect.stringContaining('--dot and --svg exclude each other')])
  })

  it('looks into the sources, where check does not', async () => {
    const missing = '(pcap,path=none.pcap) > (count)'
    expect((await plan(missing)).code).toBe(1)
    const { code, out } = await streamline(['check', missing], { cwd })
    expect([code, out]).toEqual([0, `ok\n${missing}\n`])
  })
})
