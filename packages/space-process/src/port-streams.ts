import { type Block, END, START, type StreamInfo } from '@netstreamline/core'

/** Streams remembered as looked up; beyond, all are looked up again. */
const MAX_STREAMS = 65536
/** Streams looked at per breath for being forgotten upstream. */
const CHECKS = 32

/** Which streams the other side of a port has been told of, so that `context.stream` answers there as it does here. */
export class PortStreams {
  readonly #known = new Map<number, boolean>()
  readonly #find: (id: number) => StreamInfo | undefined
  readonly #tell: (id: number, info: StreamInfo | undefined) => void
  #checking = this.#known.entries()
  #last = -1

  /** @param find looks upstream; @param tell hands over what is known, undefined: forget it */
  constructor(find: (id: number) => StreamInfo | undefined, tell: (id: number, info: StreamInfo | undefined) => void) {
    this.#find = find
    this.#tell = tell
  }
  /** Before a block is handed over. */
  before({ stream, flags }: Block): void {
    if ((flags & START) !== 0 || (stream !== this.#last && !this.#known.has(stream))) {
      const info = this.#find(stream)
      if (this.#known.size >= MAX_STREAMS) this.#known.clear()
      this.#known.set(stream, info !== undefined)
      if (info) this.#tell(stream, info)
    }
    this.#last = stream
  }
  /** After it: the reader forgets a stream by itself when its END has passed. */
  after({ stream, flags }: Block): void {
    if ((flags & END) === 0) return
    this.#known.delete(stream)
    this.#last = -1
  }
  /** Forgets some of the streams whose END went another way than through this port. */
  forget(): void {
    for (let i = 0; i < CHECKS && this.#known.size > 0; i++) {
      const { value, done } = this.#checking.next()
      if (done) {
        this.#checking = this.#known.entries()
        return
      }
      const [id, told] = value
      if (!told || this.#find(id) !== undefined) continue
      this.#known.delete(id)
      this.#tell(id, undefined)
    }
  }
}
