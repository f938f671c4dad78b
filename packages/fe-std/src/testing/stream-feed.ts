import { END, type FunctionalElement, GAP, KIND, START } from '@netstreamline/core'
import { type Seen, TestSpace } from '../../../fe-tcp/src/testing/space.js'

const MARK = 0x800
/** Where TestSpace puts packets. */
const PACKET = 0x1000

export const bytesOf = (data: Uint8Array | string): Uint8Array =>
  typeof data === 'string' ? Uint8Array.from(data, (c) => c.charCodeAt(0)) : data
export const textOf = (data: Uint8Array): string => new TextDecoder('latin1').decode(data)

/**
 * Feeds blocks of streams to an FE, each in turn at the same place, which is poisoned afterwards. Streams 2n and 2n+1
 * are the directions of a connection from 10.0.0.1:1000+n to 10.0.0.2:80.
 */
export class StreamFeed {
  readonly space: TestSpace
  /** Capture time of what follows. */
  seconds = 1
  readonly #poison: number
  constructor(space: TestSpace, poison: number) {
    this.space = space
    this.#poison = poison
  }

  /** @param poison what stands around the blocks: results must not depend on it */
  static async of<O>(fe: FunctionalElement<O>, options: O = {} as O, poison = 0xee): Promise<StreamFeed> {
    return new StreamFeed(await TestSpace.of(fe, options), poison)
  }

  mark(stream: number, flags: number): number {
    if (flags === START) {
      const ends = { src: '10.0.0.1', sport: 1000 + (stream >> 1), dst: '10.0.0.2', dport: 80 }
      const back = { src: ends.dst, sport: ends.dport, dst: ends.src, dport: ends.sport }
      this.space.streams.set(stream, { id: stream, peer: stream ^ 1, ...(stream & 1 ? back : ends) })
    }
    const seconds = this.seconds
    const result = this.space.process({ kind: KIND.tcp, offset: MARK, length: 0, stream, flags, seconds })
    if (flags === END) this.space.streams.delete(stream)
    return result
  }

  /** Both directions of connection n begin. */
  connect(n = 0): void {
    this.mark(2 * n, START)
    this.mark(2 * n + 1, START)
  }

  close(n = 0): void {
    this.mark(2 * n, END)
    this.mark(2 * n + 1, END)
  }

  data(stream: number, data: Uint8Array | string, kind: number = KIND.tcp): number {
    const { seconds, space } = this
    const bytes = bytesOf(data)
    space.bytes.fill(this.#poison, PACKET - 64, PACKET + bytes.length + 64)
    const { result, block } = space.packetBlock({ kind, data: bytes, stream, seconds })
    // What passes by its own result is written down as if it had been emitted.
    if (result > 0) space.onBlock({ ...block, classifier: result })
    return result
  }

  /** Data in pieces that end at these places. */
  pieces(stream: number, data: Uint8Array, cuts: readonly number[]): void {
    const inside = cuts.filter((cut) => cut > 0 && cut < data.length)
    const borders = [...new Set([0, ...inside, data.length])].sort((a, b) => a - b)
    for (let i = 1; i < borders.length; i++) this.data(stream, data.subarray(borders[i - 1], borders[i]))
  }

  counters(): Record<string, number> {
    return this.space.instance.counters!()
  }

  /** What came out of a stream, or of all. */
  out(stream?: number): Seen[] {
    return this.space.seen.filter((seen) => stream === undefined || seen.stream === stream)
  }

  /** Messages of a kind, as text. */
  texts(kind: number = KIND.message, stream?: number): string[] {
    return this.out(stream)
      .filter((seen) => seen.kind === kind && seen.flags === 0)
      .map(({ data }) => textOf(data))
  }

  /** Lines of a log, parsed. */
  lines(): Record<string, unknown>[] {
    return this.texts(KIND.bytes).map((line) => {
      if (!line.endsWith('}\n')) throw new Error(`no line: ${line}`)
      return JSON.parse(line)
    })
  }
}

export { END, GAP, START }
