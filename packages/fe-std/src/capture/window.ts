import type { Ring } from '@netstreamline/core'
import type { Input } from '../io.js'

const FRONT = 64 << 10
/** Measured: the cost of a pass falls with the chunk up to 1 MiB, little beyond this; a longer one holds up the event loop. */
const CHUNK = 512 << 10

/**
 * What a source sees of its input: `bytes[at .. end)`, in its ring. Layout of the ring: a front for the record that
 * the end of a chunk has cut, then the place of the chunk, which is always read to the same address. The front ends
 * where the chunk begins, so a carried record becomes whole by reading on. Both double when a record needs more.
 */
export class Window {
  bytes: Uint8Array
  /** The same memory as {@link Window.bytes}; reading words from it compiles to one load. */
  view: DataView
  ring: Ring
  at = 0
  end = 0
  /** Position in the input, all passes added up, of the byte at offset 0 of `bytes`. */
  origin = 0
  /** The input has ended: nothing follows `end`. */
  eof = false
  private front = FRONT
  private chunk: number
  /** What is read now. */
  input: Input
  private readonly alloc: (bytes: number) => { bytes: Uint8Array; ring: Ring }

  /** `chunk`: bytes that one read asks for. */
  constructor(input: Input, alloc: (bytes: number) => { bytes: Uint8Array; ring: Ring }, chunk = CHUNK) {
    this.input = input
    this.alloc = alloc
    this.chunk = chunk
    const { bytes, ring } = alloc(FRONT + chunk)
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.ring = ring
    this.at = this.end = ring.base + FRONT
    this.origin = -this.at
  }

  /** Position in the input of the next byte, all passes added up. */
  get position(): number {
    return this.origin + this.at
  }

  /** Goes on with another input, as if its bytes followed those seen so far. */
  attach(input: Input): void {
    this.input = input
    this.eof = false
  }

  /** Forgets what has been read but not used, as if it had never been read. */
  drop(): Uint8Array {
    const rest = this.bytes.slice(this.at, this.end)
    this.end = this.at
    return rest
  }

  /**
   * Reads more behind what is there. All blocks handed out before lose their place: those that are held are copied
   * by the ring first. A promise only if the input has to wait.
   */
  refill(): void | Promise<void> {
    const rest = this.end - this.at
    const old = this.ring
    old.reclaim(old.base, old.size)
    if (rest > this.front) this.grow(rest)
    const start = this.ring.base + this.front
    const to = start - rest
    if (rest > 0 && this.ring === old) this.bytes.copyWithin(to, this.at, this.end)
    this.origin += this.at - to
    this.at = to
    this.end = start
    const n = this.input.read(this.bytes, start, this.chunk)
    if (typeof n !== 'number') return n.then((m) => this.arrived(m))
    this.arrived(n)
  }

  private arrived(n: number): void {
    this.end += n
    this.eof = n === 0
  }

  /** Moves to a ring whose front holds `rest` bytes. Reading grows with it, so a long record costs linear time. */
  private grow(rest: number): void {
    while (this.front < rest) this.front *= 2
    this.chunk = Math.max(this.chunk, this.front)
    const { bytes, ring } = this.alloc(this.front + this.chunk)
    bytes.set(this.bytes.subarray(this.at, this.end), ring.base + this.front - rest)
    this.ring.free()
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.ring = ring
  }

  close(): void {
    this.input.close()
  }
}
