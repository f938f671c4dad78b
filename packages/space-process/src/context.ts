import { asError, type Context, type Emission, type Held, type StreamInfo, StreamlineError } from '@netstreamline/core'
import type { Cursor } from './cursor.js'
import { HeldBlock, type Memory } from './memory.js'
import type { Node } from './node.js'

/** What a context needs of its space. */
export interface Surroundings {
  readonly memory: Memory
  print(line: string): void
  log(message: string): void
  /** The node has failed; its requests end after this breath. */
  fail(node: Node, error: StreamlineError): void
}

/** The nearest FE upstream that knows the stream. */
export const find = (node: Node, id: number): StreamInfo | undefined => {
  const seen = new Set<Node>([node])
  for (const n of seen) {
    const info = n.streams.get(id)
    if (info) return info
    for (const { from } of n.ins) seen.add(from)
  }
  return undefined
}

const creditBelow = (node: Node): number => {
  let least = Number.POSITIVE_INFINITY
  const seen = new Set<Node>(node.outs.map(({ to }) => to))
  for (const n of seen) {
    least = Math.min(least, n.instance.credit?.() ?? least)
    for (const { to } of n.outs) seen.add(to)
  }
  return least
}

/** The context of one node: how its FE reaches what the space offers (architecture §3). */
export const createContext = (node: Node, inputs: number, { memory, print, log, fail }: Surroundings): Context => {
  const decoder = new TextDecoder()
  const { bytes } = memory.arena
  return {
    name: node.name,
    inputs,
    bytes,
    emit(e: Emission, from?: Held) {
      const b = (from as HeldBlock | undefined) ?? node.cursor
      const c = e.classifier ?? 1
      // No classifier, so no edge takes it.
      if (!(c >= 0 && c <= 0xffff)) return
      node.out(
        c,
        e.offset ?? b.offset,
        e.length ?? b.length,
        e.kind ?? b.kind,
        e.l3 ?? b.l3,
        e.l4 ?? b.l4,
        e.proto ?? b.proto,
        e.stream ?? b.stream,
        e.flags ?? b.flags,
        b.seconds,
        b.nanoseconds,
        b.wireLength,
        e.ring ?? b.ring,
        e.position ?? b.position,
      )
    },
    hold: (block, offset = block.offset, length = block.length) =>
      new HeldBlock(memory, block, offset, length, node.held),
    shadow: (block) => memory.shadow(block as Cursor),
    // Other branches and requests read the same data, so a writable window is always a copy of one's own.
    edit: (block) => memory.shadow(block as Cursor),
    text: (block) => decoder.decode(bytes.slice(block.offset, block.offset + block.length)),
    stream: (id) => find(node, id),
    openStream(info) {
      node.streams.set(info.id, info)
    },
    closeStream(id) {
      node.streams.delete(id)
    },
    credit: () => creditBelow(node),
    alloc(size) {
      const ring = memory.alloc(size)
      node.rings.add(ring)
      return {
        id: ring.id,
        base: ring.base,
        size: ring.size,
        reclaim: (offset, length) => ring.reclaim(offset, length),
        free() {
          node.rings.delete(ring)
          ring.free()
        },
      }
    },
    print,
    log,
    stats: () => node.received(),
    fail: (error) => fail(node, asError(error, 'SL_FE_FAILED')),
  }
}

/** What an FE threw, with the FE's name; a coded error stays as it is. */
export const blame = (node: Node, error: unknown): StreamlineError => {
  const known = asError(error, 'SL_FE_FAILED')
  if (known.code !== 'SL_FE_FAILED') return known
  if (error instanceof RangeError && /call stack/.test(error.message)) {
    return new StreamlineError(
      'SL_FE_FAILED',
      `the stack does not suffice for what follows (${node.name})`,
      {
        vertex: node.name,
        hint: 'Fewer functions in a row, or a larger stack (node --stack-size).',
      },
      error,
    )
  }
  return new StreamlineError(
    'SL_FE_FAILED',
    `(${node.name}) failed: ${known.message}`,
    {
      vertex: node.name,
      hint: `Report this to the author of the function '${node.function}'.`,
    },
    error,
  )
}
