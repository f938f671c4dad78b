import { type Block, CONSUMED, type Instance, type StreamInfo, StreamlineError } from '@netstreamline/core'
import { type Arena, attachIBuf, type DBuf, type IBufWriter, resumeDBuf } from '@netstreamline/rings'
import type { Port } from './node.js'
import {
  attachState,
  BLOCK_FLAGS,
  HEAD_BYTES,
  HEAD32,
  HEAD64,
  INFO,
  type PortDescriptor,
  padded,
  readerEnd,
  STATE,
  WRITER,
  writerEnd,
} from './port-format.js'
import { hub, type PortEnd, portDied } from './port-hub.js'
import { aboutStream, type Outgoing } from './port-outgoing.js'
import { PortStreams } from './port-streams.js'
import { aligned, moved, spanStart } from './span.js'

/** What a writer asks of its node. */
export interface WriterNode {
  readonly name: string
  stream(id: number): StreamInfo | undefined
  fail(error: StreamlineError): void
}

/**
 * The writing end of a port: a sink. Each block is copied once, into the reader's data buffer, and an index pushed;
 * both show at the next `flush`, once per breath. What the rings cannot take now waits in memory, and credit is 0
 * until it has gone: nothing is lost.
 */
export class PortWriter implements Instance, PortEnd, Port {
  readonly incoming = false
  readonly #node: WriterNode
  readonly #port: PortDescriptor
  readonly #state: Int32Array
  readonly #index: IBufWriter
  readonly #data: DBuf
  readonly #bytes: Uint8Array
  readonly #words: Int32Array
  readonly #doubles: Float64Array
  readonly #queue: Outgoing[] = []
  readonly #streams: PortStreams
  /** Who waits for credit, and for the queue to be empty. */
  #waiting: (() => void)[] = []
  #draining: (() => void)[] = []
  /** The memory may be gone: never touch it again. */
  #detached = false
  #dirty = false
  #blocks = 0
  #octets = 0
  #queued = 0
  #lost = 0
  #rung = 0
  readonly #out: Outgoing

  /** @throws SL_PROTOCOL SL_RING for what is no port, SL_SPACE_DIED when its reader has left. */
  constructor(node: WriterNode, arena: Arena, port: PortDescriptor | undefined) {
    this.#state = attachState(arena, port)
    this.#port = port!
    this.#node = node
    if (!hub.reaches(this.#port.hub)) {
      throw new StreamlineError('SL_PROTOCOL', `no way leads from here to the reader of ${node.name}`, {
        hint: 'Connect spaces that have a channel.',
      })
    }
    // Who it is comes first: should this thread die in between, the reader knows whom it waits for.
    if (Atomics.compareExchange(this.#state, STATE.hub, 0, hub.number) !== 0) {
      throw new StreamlineError('SL_PROTOCOL', `${node.name} has a writer already`)
    }
    const taken = Atomics.compareExchange(this.#state, STATE.writer, WRITER.none, WRITER.attached)
    if (taken !== WRITER.none) throw portDied(node.name, 'its reader has left')
    this.#bytes = arena.bytes
    this.#words = new Int32Array(arena.buffer)
    this.#doubles = new Float64Array(arena.buffer)
    this.#streams = new PortStreams(node.stream, (id, info) =>
      this.#send(aboutStream(id, INFO, info ? JSON.stringify(info) : '')),
    )
    this.#out = { bytes: arena.bytes } as Outgoing
    try {
      this.#index = attachIBuf(arena, this.#port.index).writer()
      this.#data = resumeDBuf(arena, this.#port.data)
    } catch (error) {
      Atomics.store(this.#state, STATE.writer, WRITER.gone)
      throw error
    }
    hub.add(writerEnd(this.#port), this)
  }

  readonly process = (b: Block): number => {
    if (this.#detached) {
      this.#lost++
      return CONSUMED
    }
    this.#streams.before(b)
    const start = aligned(spanStart(b.offset, b.l3, b.l4))
    const end = b.offset + b.length
    const o = this.#out
    o.classifier = b.classifier
    o.stream = b.stream
    o.flags = b.flags & BLOCK_FLAGS
    o.kind = b.kind
    o.seconds = b.seconds
    o.nanoseconds = b.nanoseconds
    o.wireLength = b.wireLength
    o.ring = b.ring
    o.position = b.position
    o.l3 = moved(b.l3, start, end, -start)
    o.l4 = moved(b.l4, start, end, -start)
    o.proto = b.proto
    o.offset = b.offset - start
    o.length = b.length
    o.start = start
    o.size = end - start
    o.bytes = this.#bytes
    this.#send(o)
    this.#blocks++
    this.#octets += o.size
    this.#streams.after(b)
    return CONSUMED
  }

  #send(o: Outgoing): void {
    if (HEAD_BYTES + padded(o.size) > this.#data.maxBlock) {
      throw new StreamlineError('SL_RING', `a block of ${o.size} bytes is too long for ${this.#node.name}`, {
        limit: this.#data.maxBlock - HEAD_BYTES,
        hint: 'Hand on shorter blocks, or keep both functions in one space.',
      })
    }
    // Whoever emits outside a breath has nobody else who flushes for it.
    if (!this.#dirty) queueMicrotask(() => this.flush())
    this.#dirty = true
    if (this.#queue.length === 0 && this.#put(o)) return
    this.#queue.push({ ...o, bytes: o.bytes.slice(o.start, o.start + o.size), start: 0 })
    this.#queued++
  }

  #put(o: Outgoing): boolean {
    const size = padded(HEAD_BYTES + o.size)
    if (!this.#index.positions.room(32)) return false
    const at = this.#data.reserve(size)
    if (at < 0) return false
    const words = this.#words
    const w = at >> 2
    words[w + HEAD32.ring] = o.ring
    words[w + HEAD32.wireLength] = o.wireLength
    words[w + HEAD32.l3] = o.l3
    words[w + HEAD32.l4] = o.l4
    words[w + HEAD32.proto] = o.proto
    const d = at >> 3
    this.#doubles[d + HEAD64.seconds] = o.seconds
    this.#doubles[d + HEAD64.nanoseconds] = o.nanoseconds
    this.#doubles[d + HEAD64.position] = o.position
    if (o.bytes === this.#bytes) this.#bytes.copyWithin(at + HEAD_BYTES, o.start, o.start + o.size)
    else this.#bytes.set(o.bytes, at + HEAD_BYTES)
    const { id, position } = this.#data
    this.#data.commit(size)
    const offset = HEAD_BYTES + o.offset
    return this.#index.push(id, position, offset, o.length, o.classifier, o.flags, o.stream, o.kind)
  }

  /** Shows everything to the reader, and wakes it if it sleeps. Called once per breath. */
  flush(): void {
    if (this.#detached) return
    this.#dirty = false
    try {
      this.#streams.forget()
      for (;;) {
        let sent = 0
        while (sent < this.#queue.length && this.#put(this.#queue[sent]!)) sent++
        this.#queue.splice(0, sent)
        this.#data.publish()
        if (this.#index.publish()) this.#ring()
        const next = this.#queue[0]
        if (next === undefined || this.#arm(padded(HEAD_BYTES + next.size))) break
      }
      if (this.#queue.length > 0) return
      for (const resolve of this.#draining.splice(0)) resolve()
      if (this.#waiting.length > 0 && (this.credit() > 0 || !this.#arm(this.#mean))) this.#proceed()
    } catch (error) {
      this.#broken(error)
    }
  }
  #ring(): void {
    this.#rung++
    hub.ring(this.#port.hub, readerEnd(this.#port))
  }
  /** Asks to be woken when there is room; false: there is already. Twice the bytes, as the ring's end may be skipped. */
  #arm(bytes: number): boolean {
    const index = this.#index.arm(1)
    const data = this.#data.positions.arm(Math.min(2 * bytes, this.#data.size))
    return index || data
  }

  /** Bytes that a block takes, on average, in the data buffer. */
  get #mean(): number {
    return padded(HEAD_BYTES + (this.#blocks > 0 ? this.#octets / this.#blocks : 1500))
  }
  credit(): number {
    if (this.#detached) return Number.POSITIVE_INFINITY
    if (this.#queue.length > 0) return 0
    const p = this.#data.positions
    p.room(this.#data.size >> 1)
    const free = this.#data.size - ((p.low - p.consumer) >>> 0)
    return Math.min(this.#index.room, Math.floor(free / Math.min(2 * this.#mean, this.#data.maxBlock)))
  }
  async ready(): Promise<void> {
    this.flush()
    if (this.credit() > 0 || !this.#arm(this.#mean)) return
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }
  #proceed(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  wake(): void {
    if (this.#detached) return
    if (Atomics.load(this.#state, STATE.closing) !== 0) {
      this.#leave(WRITER.gone)
      this.#node.fail(portDied(this.#node.name, 'its reader has left'))
      return
    }
    this.flush()
  }
  died(peer: number, reason: string): void {
    if (this.#detached || peer !== this.#port.hub) return
    this.#detach()
    this.#node.fail(portDied(this.#node.name, reason))
  }
  #broken(error: unknown): void {
    const { message } = error as Error
    this.#leave(WRITER.gone)
    this.#node.fail(new StreamlineError('SL_RING', `${this.#node.name}: ${message}`, { port: this.#node.name }, error))
  }

  /** All input has been seen: hands over what waits, then says that nothing follows. */
  async finish(): Promise<void> {
    this.flush()
    while (!this.#detached && this.#queue.length > 0) await new Promise<void>((resolve) => this.#draining.push(resolve))
    this.#leave(WRITER.ended)
  }
  /** Gives up what waits: nothing is awaited any more. */
  cancel(): void {
    this.#leave(WRITER.gone)
  }
  stop(): void {
    this.#leave(WRITER.gone)
  }
  #leave(how: number): void {
    if (this.#detached) return
    Atomics.store(this.#state, STATE.writer, how)
    this.#detach()
    this.#ring()
  }
  #detach(): void {
    this.#detached = true
    this.#lost += this.#queue.splice(0).length
    hub.remove(writerEnd(this.#port))
    for (const resolve of this.#draining.splice(0)) resolve()
    this.#proceed()
  }

  counters(): Record<string, number> {
    return { blocks: this.#blocks, queued: this.#queued, lost: this.#lost, wakeups: this.#rung }
  }
}
