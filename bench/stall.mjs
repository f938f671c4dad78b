// How long a request at full load keeps everything else in its thread waiting.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { open } from '@netstreamline/control/node'
import { parse } from '@netstreamline/srl'
import { capture, median } from './lib/measure.mjs'

export const title = 'stalls of the event loop at full load, in process'

const RESOLUTION = 1

export const run = async ({ quick }) => {
  const path = capture(quick ? 200_000 : 1_000_000)
  const streamline = await open({ root: new URL('../packages/cli/', import.meta.url) })
  const request = `(pcap,path=${path},loop=20) > (bpf,expression="tcp port 80") > (count)`
  const runs = []
  for (let n = 0; n < (quick ? 1 : 3); n++) {
    const running = await streamline.start(parse(request))
    const delays = monitorEventLoopDelay({ resolution: RESOLUTION })
    delays.enable()
    await running.result()
    delays.disable()
    // A timer's own millisecond is no stall.
    const stall = (ns) => ns / 1e6 - RESOLUTION
    runs.push({ longest: stall(delays.max), p99: stall(delays.percentile(99)), median: stall(delays.percentile(50)) })
  }
  await streamline.close()
  const of = (key) => median(runs.map((r) => r[key]))
  return {
    runs,
    figures: [
      { what: 'longest', value: Math.max(...runs.map((r) => r.longest)), unit: 'ms' },
      { what: '99th percentile', value: of('p99'), unit: 'ms' },
      { what: 'median', value: of('median'), unit: 'ms' },
    ],
  }
}
