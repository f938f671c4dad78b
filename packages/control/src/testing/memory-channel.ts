import { type Channel, StreamlineError } from '@netstreamline/core'

/** Two ends of a channel in memory: copies, delivered one turn later; `kill` is the death of both ends. */
export const memoryChannel = (
  near: string,
  far: string,
): { near: Channel; far: Channel; kill(reason?: string): void } => {
  let closed: string | undefined
  const closers = new Set<(reason: string) => void>()
  const kill = (reason = 'killed') => {
    if (closed !== undefined) return
    closed = reason
    for (const tell of [...closers]) tell(reason)
  }
  const end = (
    ends: [string, string],
    mine: Set<(m: unknown) => void>,
    theirs: Set<(m: unknown) => void>,
  ): Channel => ({
    ends,
    send(message) {
      if (closed !== undefined) throw new StreamlineError('SL_SPACE_DIED', closed)
      const copy = structuredClone(message)
      queueMicrotask(() => {
        if (closed === undefined) for (const handle of [...theirs]) handle(copy)
      })
    },
    onMessage(handler) {
      mine.add(handler)
      return () => void mine.delete(handler)
    },
    onClose(handler) {
      if (closed !== undefined) handler(closed)
      closers.add(handler)
      return () => void closers.delete(handler)
    },
    close: () => kill('closed'),
  })
  const [a, b] = [new Set<(m: unknown) => void>(), new Set<(m: unknown) => void>()]
  return { near: end([near, far], a, b), far: end([far, near], b, a), kill }
}
