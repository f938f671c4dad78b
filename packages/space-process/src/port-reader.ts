import { type Batch, END, type Instance, type StreamInfo, StreamlineError } from '@netstreamline/core'
import {
  advance,
  attachDBuf,
  createDBuf,
  createIBuf,
  type DBuf,
  type DBufReader,
  distance,
  type IBuf,
  type IBufReader,
  IndexRecord,
} from '@netstreamline/rings'
import type { Memory, SpaceRing } from './memory.js'
import type { Port } from './node.js'
import type { PortBatch } from './port-batch.js'
import {
  HEAD_BYTES,
  HEAD32,
  HEAD64,
  INFO,
  MAGIC,
  type PortDescriptor,
  padded,
  readerEnd,
  STATE,
  STATE_BYTES,
  streamInfo,
  WRITER,
  writerEnd,
} from './port-format.js'
import { hub, type PortEnd, portDied } from './port-hub.js'

/** How large a port's rings are. */
export interface PortSize {
  /** Blocks under way; a power of two. Default 4096. */
  readonly slots?: number
  /** Bytes under way; a power of two, twice the longest block. Default 1 MiB. */
  readonly bytes?: number
}

/** What a reader asks of its node. */
export interface ReaderNode {
  readonly name: string
  readonly streams: Map<number, StreamInfo>
}

/**
 * The reading end of a port: a source. It owns the rings, in its own space's memory. The blocks that it hands on lie
 * in the data buffer, which is given back to the writer at the next pull; what is held is copied first.
 */
export class PortReader implements Instance, PortEnd, Port {
  readonly incoming = true
  readonly port: PortDescriptor
  readonly #node: ReaderNode
  readonly #memory: Memory
  readonly #state: Int32Array
  readonly #indices: IBuf
  readonly #buffer: DBuf
  readonly #index: IBufReader
  readonly #data: DBufReader
  readonly #ring: SpaceRing
  readonly #words: Int32Array
  readonly #doubles: Float64Array
  readonly #record = new IndexRecord()
  readonly #decoder = new TextDecoder()
  /** Streams whose END is in the batch under way. */
  readonly #closing: number[] = []
  /** About a stream that the batch under way must not know yet. */
  #next: { id: number; info: StreamInfo | undefined } | undefined
  /** End of the last record read; everything before `#released` was given back. */
  #read: number
  #released: number
  #broken: StreamlineError | undefined
  #dead: string | undefined
  #open = true
  #woken = false
  #resume: (() => void) | undefined
  #sleeps = 0

  /** @throws SL_ARENA_FULL SL_USAGE */
  constructor(node: ReaderNode, memory: Memory, { slots = 4096, bytes = 2 ** 20 }: PortSize) {
    const { arena } = memory
    this.#node = node
    this.#memory = memory
    const undo: (() => void)[] = []
    try {
      const state = arena.alloc(STATE_BYTES)
      undo.push(() => arena.free(state))
      this.#indices = createIBuf(arena, { slots })
      undo.push(() => this.#indices.free())
      this.#buffer = createDBuf(arena, { bytes })
      undo.push(() => this.#buffer.free())
      this.#index = this.#indices.reader()
      this.#data = attachDBuf(arena, this.#buffer.descriptor)
      this.#state = new Int32Array(arena.buffer, state, STATE_BYTES / 4).fill(0)
      const id = hub.next()
      this.port = { hub: hub.number, id, state, index: this.#indices.descriptor, data: this.#buffer.descriptor }
      this.#state[STATE.id] = id
      Atomics.store(this.#state, STATE.magic, MAGIC)
    } catch (error) {
      for (const step of undo.reverse()) step()
      throw error
    }
    this.#ring = memory.adopt(this.#buffer.id, this.#buffer.base, this.#buffer.size)
    this.#words = new Int32Array(arena.buffer)
    this.#doubles = new Float64Array(arena.buffer)
    this.#read = this.#released = 0
    hub.add(readerEnd(this.port), this)
  }

  pull(batch: Batch): void | Promise<void> {
    this.#giveBack()
    this.#fill(batch as PortBatch)
    return batch.count > 0 || batch.end ? undefined : this.#wait(batch as PortBatch)
  }

  async #wait(batch: PortBatch): Promise<void> {
    while (batch.count === 0 && !batch.end) {
      this.#giveBack()
      if (this.#open && this.#index.arm() && !this.#woken) {
        this.#sleeps++
        await new Promise<void>((resolve) => {
          this.#resume = resolve
        })
      }
      this.#woken = false
      this.#fill(batch)
    }
  }
  wake(): void {
    this.#woken = true
    this.#resume?.()
    this.#resume = undefined
  }
  died(peer: number, reason: string): void {
    if (Atomics.load(this.#state, STATE.hub) !== peer) return
    this.#dead = reason
    this.wake()
  }

  /** Nobody looks at the last batch any more: its place is the writer's again. */
  #giveBack(): void {
    if (!this.#open) return
    for (const id of this.#closing.splice(0)) this.#node.streams.delete(id)
    if (this.#next) this.#inform(this.#next.id, this.#next.info)
    this.#next = undefined
    let wake = this.#index.release()
    if (this.#read !== this.#released) {
      const { base, size } = this.#buffer
      const from = this.#released & (size - 1)
      const bytes = distance(this.#released, this.#read)
      const first = Math.min(bytes, size - from)
      this.#ring.reclaim(base + from, first)
      if (first < bytes) this.#ring.reclaim(base, bytes - first)
      wake = this.#data.release(this.#read) || wake
      this.#released = this.#read
    }
    if (wake) hub.ring(Atomics.load(this.#state, STATE.hub), writerEnd(this.port))
  }
  #inform(id: number, info: StreamInfo | undefined): void {
    if (info) this.#node.streams.set(id, info)
    else this.#node.streams.delete(id)
  }

  #fill(batch: PortBatch): void {
    if (!this.#open) {
      batch.end = true
      return
    }
    if (!this.#broken) this.#collect(batch)
    // What came before is good.
    if (this.#broken && batch.count === 0) throw this.#broken
  }
  #collect(batch: PortBatch): void {
    // Looked at before the index: once the writer has left, everything that it wrote is visible.
    const writer = Atomics.load(this.#state, STATE.writer)
    try {
      while (batch.count < batch.limit && !this.#next) {
        if (!this.#index.next(this.#record)) {
          this.#atEnd(batch, writer)
          return
        }
        this.#take(batch, this.#record)
      }
    } catch (error) {
      const { message, detail } = error as StreamlineError
      const facts = { ...detail, port: this.#node.name }
      this.#broken = new StreamlineError('SL_RING', `${this.#node.name}: ${message}`, facts, error)
    }
  }
  #atEnd(batch: PortBatch, writer: number): void {
    if (writer === WRITER.ended) batch.end = true
    else if (writer === WRITER.gone) this.#broken = portDied(this.#node.name, 'its writer has left before the end')
    else if (this.#dead !== undefined) this.#broken = portDied(this.#node.name, this.#dead)
  }

  /** One record, every word of it read once and checked: another space wrote it. */
  #take(batch: PortBatch, index: IndexRecord): void {
    const { ring, position, offset, length, stream, flags } = index
    const size = padded(offset + length)
    const at = ring === this.#buffer.id && position % 8 === 0 ? this.#data.resolve(position, size) : -1
    const window = at + offset
    const data = at + HEAD_BYTES
    if (at < 0 || window < data) throw new StreamlineError('SL_RING', 'an index points to no record')
    const end = advance(position, size)
    // Records follow each other, but for what is skipped at the end of the ring.
    if (distance(this.#read, end) > this.#buffer.size) throw new StreamlineError('SL_RING', 'records are out of order')
    this.#read = end
    if ((flags & INFO) !== 0) {
      this.#learn(batch, stream, window, length)
      return
    }
    const i = batch.count++
    const w = at >> 2
    const d = at >> 3
    const words = this.#words
    const header = (k: number): number => {
      const from = words[w + k]!
      return from >= 0 && from <= window + length - data ? data + from : -1
    }
    batch.offset[i] = window
    batch.length[i] = length
    batch.kind[i] = index.kind
    batch.classifier[i] = index.classifier
    batch.stream[i] = stream
    batch.flags[i] = flags
    batch.wireLength[i] = words[w + HEAD32.wireLength]!
    batch.rings[i] = words[w + HEAD32.ring]!
    batch.l3[i] = header(HEAD32.l3)
    batch.l4[i] = header(HEAD32.l4)
    batch.proto[i] = words[w + HEAD32.proto]!
    batch.seconds[i] = this.#doubles[d + HEAD64.seconds]!
    batch.nanoseconds[i] = this.#doubles[d + HEAD64.nanoseconds]!
    batch.position[i] = this.#doubles[d + HEAD64.position]!
    if ((flags & END) !== 0) this.#closing.push(stream)
  }
  #learn(batch: PortBatch, id: number, offset: number, length: number): void {
    // A copy first: decoders refuse shared memory, and it could change under them.
    const json = this.#decoder.decode(this.#memory.arena.bytes.slice(offset, offset + length))
    const info = length > 0 ? streamInfo(id, json) : undefined
    if (batch.count > 0 && this.#node.streams.has(id)) this.#next = { id, info }
    else this.#inform(id, info)
  }

  /** Frees the memory as soon as the writer has let go of it. */
  async stop(): Promise<void> {
    if (!this.#open) return
    this.#open = false
    this.wake()
    const none = Atomics.compareExchange(this.#state, STATE.writer, WRITER.none, WRITER.gone) === WRITER.none
    if (!none) {
      Atomics.store(this.#state, STATE.closing, 1)
      hub.ring(Atomics.load(this.#state, STATE.hub), writerEnd(this.port))
      while (this.#dead === undefined && Atomics.load(this.#state, STATE.writer) === WRITER.attached) {
        await new Promise<void>((resolve) => {
          this.#resume = resolve
        })
      }
    }
    hub.remove(readerEnd(this.port))
    this.#ring.free()
    this.#state.fill(0)
    this.#indices.free()
    this.#buffer.free()
    this.#memory.arena.free(this.port.state)
  }

  counters(): Record<string, number> {
    return { sleeps: this.#sleeps }
  }
}
