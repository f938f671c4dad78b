// What putting TCP streams together costs, reading and filtering included, against libnids, libtins and tcpflow.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { capture, cpuOf, interleaved, median, streamline } from './lib/measure.mjs'
import { has, peer } from './tcp/peers.mjs'

export const title = 'CPU of reassembly per TCP packet, against libnids and libtins, and of streams to files, against tcpflow'

const PASSES = 4

const request = (path, rest) =>
  cpuOf(process.execPath, streamline, 'run', '--json', `(pcap,path=${path}) > (bpf,expression=tcp) > ${rest}`)
const nodeOf = ({ stdout }, name) => JSON.parse(stdout).nodes.find((node) => node.function === name)

/** Streams to files in a directory of their own; the time to remove it again is nobody's. */
const toFiles = (command) => {
  const directory = mkdtempSync(join(tmpdir(), 'streamline-bench-'))
  try {
    const { cpu } = command(directory)
    return { cpu, files: readdirSync(directory).filter((name) => name !== 'report.xml').length }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Both write the same streams: those that have bytes. */
const files = async (path, times) => {
  if (!has('tcpflow')) return []
  const ours = () => toFiles((directory) => request(path, `(tcp) > (file,path="${directory}/{name}")`))
  const theirs = () => toFiles((directory) => cpuOf('tcpflow', '-r', path, '-o', directory))
  const [one, other] = [ours().files, theirs().files]
  if (Math.abs(one - other) > 0.02 * other) throw new Error(`streamline writes ${one} files, tcpflow ${other}`)
  const { a, b, ratio, range } = await interleaved(
    times,
    async () => ours().cpu,
    async () => theirs().cpu,
  )
  return [
    { what: `(tcp) > (file), ${one} files`, value: a, unit: 's' },
    { what: 'tcpflow', value: b, unit: 's' },
    { what: '(tcp) > (file) : tcpflow', value: ratio, interval: range, limit: 1 },
  ]
}

export const run = async ({ quick }) => {
  const packets = quick ? 200_000 : 1_000_000
  const one = capture(packets)
  const all = capture(packets, PASSES)
  const first = request(one, '(tcp) > (count)')
  const tcp = nodeOf(first, 'bpf').blocksOut * (PASSES - 1)
  const bytes = nodeOf(first, 'tcp').bytesOut
  const slope = (few, many) => ((many.cpu - few.cpu) / tcp) * 1e9
  const ours = async () => slope(request(one, '(tcp) > (count)'), request(all, '(tcp) > (count)'))
  const filter = async () => slope(request(one, '(count)'), request(all, '(count)'))
  const times = quick ? 1 : 7
  const figures = []
  let mine = []
  const against = async (name, label, limit) => {
    const program = peer(name)
    if (program === undefined) return
    const found = Number(cpuOf(program, one).stdout.split(' ')[1])
    if (limit !== undefined && Math.abs(found - bytes) > 0.02 * bytes)
      throw new Error(`streamline finds ${bytes} bytes in streams, ${label} ${found}`)
    const theirs = async () => slope(cpuOf(program, one), cpuOf(program, all))
    if (limit === undefined) {
      figures.push({ what: label, value: await theirs(), unit: 'ns/packet' })
      return
    }
    const { b, ratio, range, pairs } = await interleaved(times, ours, theirs)
    mine = [...mine, ...pairs.map(([x]) => x)]
    figures.push({ what: label, value: b, unit: 'ns/packet' })
    figures.push({ what: `streamline : ${label}`, value: ratio, interval: range, limit })
  }
  await against('nids', 'libnids', 1.5)
  await against('tins', 'libtins', 1)
  await against('read', 'reading and filtering by libpcap alone')
  figures.push({ what: 'reading and filtering by streamline alone', value: await filter(), unit: 'ns/packet' })
  const own = mine.length > 0 ? median(mine) : await ours()
  figures.unshift({ what: 'streamline', value: own, unit: 'ns/packet' })
  return { packets: tcp, bytes, figures: [...figures, ...(await files(capture(200_000), quick ? 1 : 5))] }
}
