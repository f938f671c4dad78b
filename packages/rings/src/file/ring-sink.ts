import type { Arena } from '../arena.js'
import type { RingWriter } from '../ring/writer.js'
import type { BlockSink } from './sink.js'

/** A ring with many readers, as files write it. */
export class RingSink implements BlockSink {
  onProblem: (() => void) | undefined
  readonly writer: RingWriter
  readonly isIndex = false
  readonly room: RingWriter
  private readonly heap: Uint8Array

  constructor(arena: Arena, writer: RingWriter) {
    this.writer = this.room = writer
    this.heap = arena.bytes
  }

  get kind() {
    return this.writer.area.kind
  }

  get maxPiece(): number {
    return this.writer.maxBlock
  }

  /** So that readers work on some pieces while others are written. A slot of a p ring is what it is. */
  get cut(): number {
    const { area, maxBlock } = this.writer
    return area.kind === 'p' ? maxBlock : Math.min(maxBlock, Math.max(16, area.capacity >>> 3))
  }

  get joined(): number {
    return this.writer.joined
  }

  get readers(): number {
    return this.writer.readers()
  }

  get published(): number {
    return this.writer.published
  }

  put(bytes: Uint8Array, more: boolean, isWhole?: () => boolean): number {
    const { writer } = this
    if (isWhole === undefined) {
      const isInside = !more && bytes.buffer === this.heap.buffer
      return isInside ? writer.writeFrom(bytes.byteOffset, bytes.length) : writer.write(bytes, more)
    }
    const at = writer.reserve(bytes.length)
    if (at < 0) return -1
    const { reserved } = writer
    this.heap.set(bytes.subarray(0, reserved), at)
    if (!isWhole()) return 0
    writer.commit(reserved, more)
    return reserved
  }

  hasRoom(length: number): boolean {
    return this.writer.reserve(length) >= 0
  }

  link(): undefined {
    return undefined
  }

  publish(): void {
    this.writer.publish()
  }

  waitSync(_length: number, ms: number): void {
    this.writer.waitRoomSync(ms)
  }

  wait(_length: number, ms: number): Promise<void> {
    return this.writer.waitRoom(ms)
  }

  wake(): void {
    this.writer.stir()
  }

  end(): void {
    this.writer.end()
  }
}
