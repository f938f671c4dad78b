import {
  type Batch,
  type Block,
  type Context,
  createBatch,
  type Emission,
  type FunctionalElement,
  type Instance,
  type Ring,
  type StreamInfo,
} from '@netstreamline/core'

/** A space reduced to what sources, sinks and selection need, which writes down all that an FE does to it. */
export interface FakeContext extends Context {
  inputs: number
  readonly emitted: Emission[]
  readonly printed: string[]
  readonly failures: unknown[]
  /** Ranges that were said to be overwritten, in order. */
  readonly reclaimed: [offset: number, length: number][]
  /** Rings handed out and not yet freed. */
  readonly rings: Set<Ring>
  readonly streams: Map<number, StreamInfo>
  /** A block of this space, `bytes` copied into its memory. */
  block(bytes: Uint8Array | string, fields?: Partial<Block>): Block
}

/** `shared`: over a shared WebAssembly memory, as spaces have it. */
export const createContext = (options: { inputs?: number; size?: number; shared?: boolean } = {}): FakeContext => {
  const size = options.size ?? 64 << 20
  const buffer = options.shared ? new SharedArrayBuffer(size) : new ArrayBuffer(size)
  const bytes = new Uint8Array(buffer)
  let top = 64
  let ids = 0
  const blocks = { blocks: 0, bytes: 0 }
  const take = (n: number): number => {
    if (top + n > size) throw new Error('the fake arena is full')
    top += n
    return top - n
  }
  const context: FakeContext = {
    name: 'test#1',
    inputs: options.inputs ?? 0,
    bytes,
    emitted: [],
    printed: [],
    failures: [],
    reclaimed: [],
    rings: new Set(),
    streams: new Map(),
    emit: (emission) => void context.emitted.push({ ...emission }),
    hold: (block, offset = block.offset, length = block.length) => ({ offset, length, release() {} }),
    shadow() {},
    edit() {},
    text: (block) => new TextDecoder().decode(bytes.slice(block.offset, block.offset + block.length)),
    stream: (id) => context.streams.get(id),
    openStream: (info) => void context.streams.set(info.id, info),
    closeStream: (id) => void context.streams.delete(id),
    credit: () => Number.POSITIVE_INFINITY,
    alloc(n) {
      const ring: Ring = {
        id: ++ids,
        base: take(n),
        size: n,
        reclaim: (offset, length) => void context.reclaimed.push([offset, length]),
        free: () => void context.rings.delete(ring),
      }
      context.rings.add(ring)
      return ring
    },
    print: (line) => void context.printed.push(line),
    log() {},
    stats: () => blocks,
    fail: (error) => void context.failures.push(error),
    block(data, fields = {}) {
      const content = typeof data === 'string' ? new TextEncoder().encode(data) : data
      const offset = take(content.length)
      bytes.set(content, offset)
      const byte = (block: Block, at: number): number =>
        at < 0 || at >= block.length ? 0 : (bytes[block.offset + at] as number)
      return {
        bytes,
        offset,
        length: content.length,
        kind: 1,
        l3: -1,
        l4: -1,
        proto: -1,
        classifier: 1,
        stream: 0,
        flags: 0,
        seconds: 0,
        nanoseconds: 0,
        wireLength: content.length,
        ring: 1,
        position: offset,
        input: 0,
        u8(at) {
          return byte(this, at)
        },
        u16(at) {
          return (byte(this, at) << 8) | byte(this, at + 1)
        },
        u32(at) {
          return this.u16(at) * 65536 + this.u16(at + 2)
        },
        ...fields,
      }
    },
  }
  return context
}

/** An instance of `fe` in `context`, not yet started; functions come as `process`. */
export const instantiate = async <O>(fe: FunctionalElement<O>, options: O, context: Context): Promise<Instance> => {
  const made = await fe.create(options, context)
  return typeof made === 'function' ? { process: made } : made
}

/** Pulls from a source until it ends or fails, `limit` blocks at a time, and shows each batch to `see`. */
export const drain = async (source: Instance, see: (batch: Batch) => void, limit = 256): Promise<void> => {
  const batch = createBatch(limit)
  while (!batch.end) {
    batch.count = 0
    await source.pull?.(batch)
    see(batch)
  }
}

/** A cursor over the blocks of a batch, as a datapath keeps one. */
export const blockAt = (context: FakeContext, batch: Batch, i: number): Block =>
  Object.assign(context.block(''), {
    offset: batch.offset[i],
    length: batch.length[i],
    kind: batch.kind[i],
    wireLength: batch.wireLength[i],
    seconds: batch.seconds[i],
    nanoseconds: batch.nanoseconds[i],
    position: batch.position[i],
    ring: batch.ring,
  })
