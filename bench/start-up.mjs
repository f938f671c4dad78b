// CPU of a request with nothing to do against that of Node.js with nothing to do.
import { capture, cpuOf, interleaved, streamline } from './lib/measure.mjs'

export const title = 'CPU of `streamline run` of an empty capture, against `node -e 0`'

export const run = async ({ quick }) => {
  const empty = capture(0)
  const request = `(pcap,path=${empty}) > (count)`
  const ours = async () => cpuOf(process.execPath, streamline, 'run', request).cpu * 1e3
  const node = async () => cpuOf(process.execPath, '-e', '0').cpu * 1e3
  ours()
  node()
  const { a, b, ratio, range, pairs } = await interleaved(quick ? 7 : 25, ours, node)
  return {
    pairs,
    range,
    figures: [
      { what: 'streamline run', value: a, unit: 'ms' },
      { what: 'node -e 0', value: b, unit: 'ms' },
      { what: 'streamline : node', value: ratio, limit: 2 },
    ],
  }
}
