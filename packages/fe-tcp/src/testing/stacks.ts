/** A segment of a stream that begins at 0: bytes [from, to), all with the same mark. */
export interface Segment {
  readonly from: number
  readonly to: number
  readonly mark: number
}

/** A receiver. Takes segments one by one; `got` is what its application has read. */
export interface Stack {
  readonly got: number[]
  take(segment: Segment): void
}

interface Part {
  from: number
  to: number
  mark: number
}

const read = (got: number[], { from, to, mark }: Part): void => {
  for (let i = Math.max(from, got.length); i < to; i++) got.push(mark)
}

/** Per byte: the first one that came, or the last one until it was read. */
const bytewise = (isLast: boolean): Stack => {
  const got: number[] = []
  const waiting = new Map<number, number>()
  return {
    got,
    take({ from, to, mark }) {
      for (let i = Math.max(from, got.length); i < to; i++) if (isLast || !waiting.has(i)) waiting.set(i, mark)
      for (let i = got.length; waiting.has(i); i++) got.push(waiting.get(i)!)
    },
  }
}

/**
 * 4.4BSD's queue: what came is trimmed at its front by the last segment that begins no later, and then trims or
 * replaces those that begin later.
 */
const bsd = (): Stack => {
  const got: number[] = []
  let queue: Part[] = []
  return {
    got,
    take({ from, to, mark }) {
      const part = { from: Math.max(from, got.length), to, mark }
      const at = queue.filter((q) => q.from <= part.from).length
      const before = queue[at - 1]
      if (before !== undefined) part.from = Math.max(part.from, before.to)
      if (part.from >= part.to) return
      const after = queue.slice(at).map((q) => ({ ...q, from: Math.max(q.from, part.to) }))
      queue = [...queue.slice(0, at), part, ...after.filter((q) => q.from < q.to)]
      while (queue[0] !== undefined && queue[0].from === got.length) read(got, queue.shift()!)
    },
  }
}

/**
 * Linux keeps segments whole, except those that another one covers, and reads them in the order of their first
 * bytes. A segment in order is read at once.
 */
const linux = (): Stack => {
  const got: number[] = []
  let queue: Part[] = []
  return {
    got,
    take({ from, to, mark }) {
      const part = { from: Math.max(from, got.length), to, mark }
      if (part.from >= part.to) return
      if (part.from === got.length) read(got, part)
      else {
        // Covered by one alone; equal ones are: the first stays.
        if (queue.some((q) => q.from <= part.from && q.to >= part.to)) return
        queue = queue.filter((q) => !(part.from <= q.from && part.to >= q.to))
        queue.push(part)
        queue.sort((a, b) => a.from - b.from)
      }
      while (queue[0] !== undefined && queue[0].from <= got.length) read(got, queue.shift()!)
    },
  }
}

/** Solaris: a segment covers and replaces those behind it, or ends where one goes on; then the one before it does the same to it. */
const solaris = (): Stack => {
  const got: number[] = []
  const queue: Part[] = []
  const settle = (at: number): void => {
    const part = queue[at]!
    while (queue[at + 1] !== undefined && part.to > queue[at + 1]!.from) {
      if (part.to < queue[at + 1]!.to) {
        part.to = queue[at + 1]!.from
        return
      }
      queue.splice(at + 1, 1)
    }
  }
  return {
    got,
    take({ from, to, mark }) {
      const part = { from: Math.max(from, got.length), to, mark }
      if (part.from >= part.to) return
      const at = queue.filter((q) => q.from < part.from).length
      queue.splice(at, 0, part)
      settle(at)
      if (at > 0) settle(at - 1)
      while (queue[0] !== undefined && queue[0].from <= got.length) read(got, queue.shift()!)
    },
  }
}

/** How receivers put segments together, each written after its own manner. */
export const STACKS = {
  first: () => bytewise(false),
  last: () => bytewise(true),
  bsd,
  windows: bsd,
  linux,
  solaris,
} as const
