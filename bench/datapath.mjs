// Marginal CPU per packet against tcpdump: the slope between one pass over a capture and ten, start-up apart.
import { capture, cpuOf, interleaved, streamline } from './lib/measure.mjs'

export const title = "CPU per packet of a filter, against tcpdump's"

const FILTER = 'tcp port 80'
const PASSES = 10

const ours = (path, loop) =>
  cpuOf(
    process.execPath,
    streamline,
    'run',
    '--json',
    `(pcap,path=${path},loop=${loop}) > (bpf,expression="${FILTER}") > (count)`,
  )
const theirs = (path) => cpuOf('tcpdump', '-r', path, '-w', '/dev/null', FILTER)

/** Both must find the same packets, or the figures compare different work. */
const agree = (path) => {
  const { nodes } = JSON.parse(ours(path, 1).stdout)
  const counted = nodes.at(-1).blocksIn
  const { stdout } = cpuOf('tcpdump', '--count', '-r', path, FILTER)
  const wanted = Number(/\d+/.exec(stdout)[0])
  if (counted !== wanted) throw new Error(`streamline counts ${counted} packets, tcpdump ${wanted}`)
  return wanted
}

export const run = async ({ quick }) => {
  const packets = quick ? 200_000 : 1_000_000
  const one = capture(packets)
  const ten = capture(packets, PASSES)
  const accepted = agree(one)
  theirs(ten) // into the page cache
  const more = packets * (PASSES - 1)
  const slope = (few, many) => ((many.cpu - few.cpu) / more) * 1e9
  const { a, b, ratio, range, pairs } = await interleaved(
    quick ? 3 : 7,
    async () => slope(ours(one, 1), ours(one, PASSES)),
    async () => slope(theirs(one), theirs(ten)),
  )
  return {
    filter: FILTER,
    packets,
    accepted,
    pairs,
    range,
    figures: [
      { what: 'streamline', value: a, unit: 'ns/packet' },
      { what: 'tcpdump', value: b, unit: 'ns/packet' },
      { what: 'streamline : tcpdump', value: ratio, limit: 0.7 },
    ],
  }
}
