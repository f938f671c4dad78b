import { StreamlineError } from '@netstreamline/core'
import type { Arena } from '../arena.js'
import { loadNative } from '../native/load.node.js'
import { attachRingReader, createRingWriter } from '../ring/local.js'
import type { RingReader } from '../ring/reader.js'
import type { RingWriter } from '../ring/writer.js'
import { Bell } from './bell.js'
import type { DescriptorOutlet } from './descriptor-outlet.node.js'
import type { DiskFile } from './disk-file.node.js'
import type { Outlet } from './outlet.node.js'
import { RingSink } from './ring-sink.js'
import { send, type Task } from './send-file.node.js'
import type { BlockSink } from './sink.js'
import { systemError } from './system-error.js'

/** Smaller pieces are copied and go out together. */
const PASS_FROM = 16384

/**
 * A descriptor or stream, as files write it: a c ring that is emptied into it. Larger pieces do not go through the ring,
 * but are written from where they lie.
 */
export class OutletSink implements BlockSink {
  readonly kind = 'c'
  readonly isIndex = false
  readonly joined = 1
  readonly readers = 1
  readonly published = 0
  readonly passFrom: number
  /** Is all written by threads that stand still? */
  readonly isSync: boolean
  private readonly arena: Arena
  private readonly outlet: Outlet
  private readonly ring: RingSink
  /** What was written and did not go out yet. */
  private readonly gathered: RingWriter
  private readonly reader: RingReader
  private readonly bell = new Bell()
  private readonly abandoned = new AbortController()
  /** What is written at the moment. Never rejects; `problem` says why nothing goes on. */
  private running: Promise<void> | undefined
  problem: unknown
  onProblem: (() => void) | undefined

  constructor(arena: Arena, outlet: Outlet, bytes: number, isSync: boolean) {
    this.arena = arena
    this.outlet = outlet
    this.isSync = isSync
    this.gathered = createRingWriter(arena, { kind: 'c', bytes, maxReaders: 1 })
    this.reader = attachRingReader(arena, this.gathered.descriptor)
    this.ring = new RingSink(arena, this.gathered)
    outlet.onClosed = (problem) => this.fail(problem)
    this.passFrom = outlet.isDoneInTime ? PASS_FROM : Number.POSITIVE_INFINITY
  }

  get maxPiece(): number {
    return this.ring.maxPiece
  }

  get cut(): number {
    return this.ring.cut
  }

  put(bytes: Uint8Array, more: boolean, isWhole?: () => boolean): number {
    this.check()
    const n = this.ring.put(bytes, more, isWhole)
    this.start()
    return n
  }

  hasRoom(length: number): boolean {
    this.check()
    return this.ring.hasRoom(length)
  }

  link(): undefined {
    return undefined
  }

  async pass(bytes: Uint8Array): Promise<void> {
    await this.drain()
    await this.use(() => this.outlet.write(bytes))
    this.check()
  }

  passSync(bytes: Uint8Array): void {
    this.drainSync()
    this.attempt(() => this.now.writeSync(bytes))
  }

  /** From a file, by the system if it can. */
  async send(file: DiskFile, task: Omit<Task, 'native'> & { readonly signal: AbortSignal }): Promise<void> {
    await this.drain()
    const signal = AbortSignal.any([task.signal, this.abandoned.signal])
    let problem: unknown
    await this.use(async () => {
      try {
        await send(file, this.outlet, { ...task, signal, native: loadNative() })
      } catch (error) {
        problem = error
      }
    })
    if (problem !== undefined) throw problem
  }

  publish(): void {
    if (!this.isSync) {
      this.start()
      return
    }
    try {
      this.drainSync()
    } catch {
      // Whoever writes next is told: this may be called by another file that is about to sleep.
    }
  }

  waitSync(): void {
    this.drainSync()
  }

  async wait(_length: number, ms: number): Promise<void> {
    this.start()
    if (this.running !== undefined) await this.bell.wait(ms)
  }

  wake(): void {
    this.bell.ring()
  }

  async drain(): Promise<void> {
    this.start()
    while (this.running !== undefined) {
      await this.running
      this.start()
    }
    this.check()
  }

  drainSync(): void {
    this.check()
    this.gathered.publish()
    for (let at = this.reader.peek(); at >= 0; at = this.reader.peek()) {
      const { length } = this.reader
      this.attempt(() => this.now.writeSync(this.arena.bytes.subarray(at, at + length)))
      this.reader.consume(length)
    }
    this.reader.release()
  }

  abandon(): void {
    this.problem ??= new StreamlineError('SL_USAGE', 'the file is closed', { hint: 'Open another one.' })
    this.abandoned.abort()
    this.outlet.abandon()
  }

  end(): void {
    this.gathered.end()
  }

  async give(): Promise<void> {
    await this.running
    this.free()
    try {
      await this.outlet.give()
    } catch (error) {
      throw systemError(error, 'close a file')
    }
  }

  giveSync(): void {
    this.free()
    try {
      this.now.giveSync()
    } catch (error) {
      throw systemError(error, 'close a file')
    }
  }

  private free(): void {
    this.reader.leave()
    this.gathered.free()
  }

  /** What threads that stand still write to. @throws SL_USAGE */
  private get now(): DescriptorOutlet {
    if (this.isSync) return this.outlet as DescriptorOutlet
    throw new StreamlineError('SL_USAGE', 'this file is written by the event loop, which stands still here', {
      hint: 'Open it with openWriteToSync, or use the methods that return promises.',
    })
  }

  private fail(error: unknown): void {
    this.problem ??= systemError(error, 'write a file')
    this.bell.ring()
    this.onProblem?.()
  }

  private check(): void {
    if (this.problem !== undefined) throw this.problem
  }

  private attempt(work: () => void): void {
    this.check()
    try {
      work()
    } catch (error) {
      this.fail(error)
      throw this.problem
    }
  }

  /** Begins to empty the ring, if there is something in it. */
  private start(): void {
    if (this.isSync || this.running !== undefined || this.problem !== undefined) return
    this.gathered.publish()
    if (this.reader.peek() >= 0) void this.use(() => this.empty())
  }

  private async empty(): Promise<void> {
    const { reader, gathered, arena } = this
    for (let at = reader.peek(); at >= 0 && this.problem === undefined; at = reader.peek()) {
      const { length } = reader
      const bytes = arena.bytes.subarray(at, at + length)
      await this.outlet.write(this.outlet.isDoneInTime ? bytes : bytes.slice())
      reader.consume(length)
      reader.release()
      this.bell.ring()
      gathered.publish()
    }
  }

  private use(work: () => Promise<void>): Promise<void> {
    const run = async (): Promise<void> => {
      // What is written in the same go goes out together.
      await undefined
      try {
        if (this.problem === undefined) await work()
      } catch (error) {
        this.fail(error)
      }
      this.running = undefined
      this.bell.ring()
    }
    this.running = run()
    return this.running
  }
}
