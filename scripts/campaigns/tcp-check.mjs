// What must hold of `tcp`, whatever comes in.

const START = 1
const END = 2
const GAP = 4

const POLICIES = ['first', 'last', 'bsd', 'linux', 'windows', 'solaris']

/** Options at random, with small bounds, so that they are reached. */
export const anyOptions = (random) => ({
  policy: POLICIES[random(6)],
  acknowledged: random(3) === 0,
  conflicts: random(3) === 0,
  gap: ['skip', 'skip', 'wait', 'stop'][random(4)],
  patience: random(4),
  hold: random(3) ? 7440 : random(60),
  window: random(3) ? 4194304 : random(5000),
  segments: random(3) ? 4096 : random(20),
  memory: random(2) ? 67108864 : random(100_000),
  connections: random(3) ? 262144 : 1 + random(6),
  midstream: random(6) > 0,
  urgent: random(3) > 0,
  checksum: ['ignore', 'ignore', 'offload', 'strict'][random(4)],
  opening: random(2) ? 240 : random(60),
  closing: random(2) ? 240 : random(60),
})

/** @throws when something does not hold of what `tcp` handed on for these blocks */
export const check = (input, options, { blocks, counters: { counters }, census, error }) => {
  if (error !== undefined) throw error
  const open = new Set()
  const ended = new Set()
  let bytes = 0
  for (const { stream, flags, data, classifier, info } of blocks) {
    if (flags === START) {
      if (open.has(stream) || ended.has(stream)) throw new Error(`stream ${stream} starts twice`)
      if (info === undefined) throw new Error(`stream ${stream} is not described`)
      open.add(stream)
    } else if (!open.has(stream)) throw new Error(`a block of stream ${stream}, which is not open`)
    if (flags !== 0 && data.length > 0) throw new Error('a mark that has bytes')
    if (flags === 0 && data.length === 0) throw new Error('a block without bytes')
    if (![0, START, END, GAP].includes(flags)) throw new Error(`flags ${flags}`)
    if (flags === END) {
      open.delete(stream)
      ended.add(stream)
    }
    if (classifier === 1) bytes += data.length
    else if (classifier !== 2 || !options.conflicts) throw new Error(`classifier ${classifier}`)
  }
  if (open.size > 0) throw new Error(`${open.size} streams have not ended`)
  const total = input.reduce((sum, { data }) => sum + data.length, 0)
  if (bytes > total || bytes !== counters.bytes) throw new Error(`${bytes} bytes from ${total}, counted ${counters.bytes}`)
  if (counters.held !== 0 || counters.known !== 0) throw new Error(`held ${counters.held}, known ${counters.known}`)
  if (counters.heldPeak > options.memory) throw new Error(`held ${counters.heldPeak} of ${options.memory}`)
  if (counters.table > Math.max(1024, options.connections) * 160) throw new Error(`the table takes ${counters.table}`)
  const left = Object.entries(census).filter(([, n]) => n !== 0)
  if (left.length > 0) throw new Error(`left behind: ${left}`)
}

/** Everything that must not depend on how packets fall into breaths and rings, as text. */
export const essence = ({ blocks, counters: { counters } }) => {
  const { copied, copiedBytes, ...rest } = counters
  const hex = (data) => Buffer.from(data).toString('latin1')
  return JSON.stringify([
    rest,
    blocks.map((b) => [b.stream, b.flags, b.classifier, b.kind, b.proto, b.seconds, b.l3, b.l4, b.info?.name, hex(b.data)]),
  ])
}
