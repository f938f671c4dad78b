// What putting TCP streams together costs per packet, on top of reading and filtering.
import { open } from '@netstreamline/control/node'
import { parse } from '@netstreamline/srl'
import { capture, interleaved } from './lib/measure.mjs'

export const title = 'CPU of (tcp) per TCP packet, over the filter alone'

export const run = async ({ quick }) => {
  const path = capture(quick ? 200_000 : 1_000_000)
  const streamline = await open({ root: new URL('../packages/cli/', import.meta.url) })
  const cpu = async (request) => {
    const before = process.cpuUsage()
    const { nodes } = await streamline.run(parse(request))
    const { user, system } = process.cpuUsage(before)
    return { cpu: (user + system) * 1e3, nodes }
  }
  const filter = `(pcap,path=${path}) > (bpf,expression=tcp)`
  const plain = () => cpu(`${filter} > (count)`)
  const streams = () => cpu(`${filter} > (tcp) > (count)`)
  // Compiles both, and says how many packets there are.
  const packets = (await plain()).nodes.at(-1).blocksIn
  await streams()
  const per = async (request) => (await request()).cpu / packets
  const { a, b, ratio, pairs } = await interleaved(
    quick ? 3 : 9,
    () => per(streams),
    () => per(plain),
  )
  await streamline.close()
  return {
    packets,
    pairs,
    figures: [
      { what: 'with (tcp)', value: a, unit: 'ns/packet' },
      { what: 'filter alone', value: b, unit: 'ns/packet' },
      { what: '(tcp) itself', value: a - b, unit: 'ns/packet' },
      { what: 'with : without', value: ratio },
    ],
  }
}
