// How long a request at full load keeps everything else in its thread waiting.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { open } from '@netstreamline/control/node'
import { parse } from '@netstreamline/srl'
import { capture, median } from './lib/measure.mjs'

export const title = 'stalls of the event loop at full load, in process'

const RESOLUTION = 1

/** Milliseconds that timers came late while something ran. */
const during = async (work) => {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION })
  delays.enable()
  await work()
  delays.disable()
  // A timer's own millisecond is no stall.
  const late = (ns) => ns / 1e6 - RESOLUTION
  return { longest: late(delays.max), p99: late(delays.percentile(99)), median: late(delays.percentile(50)) }
}

/** What the machine alone does to a thread that computes 4 ms at a time, as the datapath does. */
const idle = async (milliseconds) => {
  const end = performance.now() + milliseconds
  while (performance.now() < end) {
    const rest = performance.now() + 4
    while (performance.now() < rest);
    await new Promise((resolve) => setImmediate(resolve))
  }
}

export const run = async ({ quick }) => {
  const path = capture(quick ? 200_000 : 1_000_000)
  const streamline = await open({ root: new URL('../packages/cli/', import.meta.url) })
  const request = parse(`(pcap,path=${path},loop=20) > (bpf,expression="tcp port 80") > (count)`)
  const runs = []
  for (let n = 0; n < (quick ? 1 : 5); n++) {
    const from = performance.now()
    const loaded = await during(() => streamline.run(request))
    runs.push({ loaded, alone: await during(() => idle(performance.now() - from)) })
  }
  await streamline.close()
  const of = (which, key) => median(runs.map((r) => r[which][key]))
  return {
    runs,
    figures: [
      { what: 'longest', value: of('loaded', 'longest'), unit: 'ms' },
      { what: '99th percentile', value: of('loaded', 'p99'), unit: 'ms' },
      { what: 'median', value: of('loaded', 'median'), unit: 'ms' },
      { what: 'longest of a loop that only computes 4 ms at a time', value: of('alone', 'longest'), unit: 'ms' },
    ],
  }
}
