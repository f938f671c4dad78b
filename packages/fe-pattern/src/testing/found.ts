import type { Machine, Sink } from '../sink.js'

/** What a machine finds in `text` cut at `cuts`: `pattern@end`, sorted. Positions count from the stream's beginning. */
export const found = (machine: Machine, text: Uint8Array, cuts: readonly number[] = []): string[] => {
  const seen: string[] = []
  let base = 0
  const sink: Sink = { match: (pattern, end) => void seen.push(`${pattern}@${base + end}`) }
  let state = machine.begin
  machine.retain(state)
  const borders = [0, ...cuts.filter((cut) => cut <= text.length).sort((a, b) => a - b), text.length]
  for (let i = 1; i < borders.length; i++) {
    base = borders[i - 1]!
    // A block of its own: nothing of the others is before or behind it.
    const block = text.slice(base, borders[i])
    const next = machine.scan(block, 0, block.length, state, sink)
    machine.retain(next)
    machine.release(state)
    state = next
  }
  base = text.length
  machine.end(0, state, sink)
  machine.release(state)
  return seen.sort()
}
