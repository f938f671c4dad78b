import { type Accept, isStreamlineError, type Plan, type SpaceCounters, type Vertex } from '@netstreamline/core'

/** What one vertex did. */
export interface NodeResult {
  readonly name: string
  readonly function: string
  readonly space: string
  readonly blocksIn: number
  readonly blocksOut: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly counters: Readonly<Record<string, number>>
}

/** What passed an edge. `accept` as in SRL: '' for a plain edge, '22', '22:23', '!80', '!'. */
export interface EdgeResult {
  readonly from: string
  readonly to: string
  readonly accept: string
  readonly blocks: number
  readonly bytes: number
}

/** What a request did: the object that `streamline run --json` prints. */
export interface RunResult {
  /** Its text if it was written in SRL, else its vertices. */
  readonly request: string | readonly Vertex[]
  /** Seconds from activation to the end. */
  readonly duration: number
  readonly nodes: readonly NodeResult[]
  readonly edges: readonly EdgeResult[]
}

/** A condition as SRL writes it before `>`. */
export const acceptText = ({ not, lo, hi }: Accept): string => {
  if (lo === 0 && hi === 0) return not ? '' : '!'
  return `${not ? '!' : ''}${lo}${lo === hi ? '' : `:${hi}`}`
}

/** A count that may have crossed a channel. */
const count = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0)

const named = (values: unknown): Record<string, number> =>
  Object.fromEntries(Object.entries(values ?? {}).map(([name, value]) => [name, count(value)]))

/**
 * Puts together what the spaces have counted.
 * @param counted by space; a space that is missing has counted nothing
 * @param duration in seconds
 */
export const buildResult = (plan: Plan, counted: ReadonlyMap<string, SpaceCounters>, duration: number): RunResult => {
  const nodes = plan.vertices.map(({ vertex, space }): NodeResult => {
    const of = counted.get(space)?.vertices[vertex.name]
    return {
      name: vertex.name,
      function: vertex.function,
      space,
      blocksIn: count(of?.blocksIn),
      blocksOut: count(of?.blocksOut),
      bytesIn: count(of?.bytesIn),
      bytesOut: count(of?.bytesOut),
      counters: named(of?.counters),
    }
  })
  // Two edges may join the same vertices under different conditions: spaces list them in the order of the request.
  const queues = new Map<string, { blocks: number; bytes: number }[]>()
  const queue = (space: string, from: string, to: string) => {
    const key = JSON.stringify([space, from, to])
    return queues.get(key) ?? queues.set(key, []).get(key)!
  }
  for (const [space, { edges }] of counted) for (const edge of edges) queue(space, edge.from, edge.to).push(edge)
  const edges = plan.edges.map(({ from, to, accept }): EdgeResult => {
    const [a, b] = [plan.vertices[from]!, plan.vertices[to]!]
    // Of an edge between spaces the writer knows what it let through; the reader's count stands in for a dead writer.
    const written = queue(a.space, a.vertex.name, b.vertex.name).shift()
    const read = a.space === b.space ? undefined : queue(b.space, a.vertex.name, b.vertex.name).shift()
    const of = written ?? read
    return {
      from: a.vertex.name,
      to: b.vertex.name,
      accept: acceptText(accept),
      blocks: count(of?.blocks),
      bytes: count(of?.bytes),
    }
  })
  return { request: plan.request.text ?? plan.request.vertices, duration, nodes, edges }
}

/** Gives an error what the request had done before it failed, as its property `result`, which JSON leaves out. */
export const attachResult = (error: object, result: RunResult): void => {
  Object.defineProperty(error, 'result', { value: result, configurable: true, enumerable: false })
}

/** What a failed request had done before it failed; undefined if it never ran. */
export const resultOf = (error: unknown): RunResult | undefined =>
  isStreamlineError(error) ? (error as { result?: RunResult }).result : undefined
