import { createFile } from '#io'
import type { FileHandle } from '../io.js'

/** What one file collects before it is written. */
const PAGE = 16 << 10
/** Pages in all: 8 MiB. */
const PAGES = 512
/** Files open at a time. */
const OPEN = 256

/** A file that is being written. */
export interface Entry {
  readonly path: string
  /** Streams that still write to it. */
  users: number
  handle: FileHandle | undefined
  /** It has been opened before, so the next opening appends. */
  begun: boolean
  page: Uint8Array | undefined
  used: number
}

/**
 * Many files that grow at the same time, with a bounded number of descriptors and one shared stock of buffers. What
 * there is no room for any more, the file that has had its buffer or descriptor longest gives up. Writing is
 * synchronous: to the page cache, in pieces of at most a page, so a stream's end is on its way when its block returns.
 */
export class FilePool {
  files = 0
  bytes = 0
  private readonly paged = new Set<Entry>()
  private readonly open = new Set<Entry>()
  private readonly stock: Uint8Array[] = []
  private readonly append: boolean

  /** `append`: continue files that exist instead of emptying them. */
  constructor(append: boolean) {
    this.append = append
  }

  /** A file at `path`, created now; `begun` if this run has written it before. @throws SL_DISK_FULL, SL_PERMISSION … */
  create(path: string, begun: boolean): Entry {
    const entry: Entry = { path, users: 0, handle: undefined, begun, page: undefined, used: 0 }
    if (!begun) this.files++
    this.handleOf(entry)
    return entry
  }

  /** Adds `from[offset .. offset+length)` to the file's end. */
  write(entry: Entry, from: Uint8Array, offset: number, length: number): void {
    this.bytes += length
    if (entry.used + length > PAGE) this.flush(entry)
    if (length >= PAGE) {
      this.handleOf(entry).write(from, offset, offset + length)
      return
    }
    const page = entry.page ?? this.givePage(entry)
    const end = offset + length
    // Short pieces are copied faster by a loop than by a view made for them.
    if (length < 64) for (let i = offset, to = entry.used; i < end; ) page[to++] = from[i++]!
    else page.set(from.subarray(offset, end), entry.used)
    entry.used += length
  }

  /** Writes out what the file has collected, and its buffer goes back to the stock. */
  flush(entry: Entry): void {
    const { page, used } = entry
    if (!page) return
    entry.page = undefined
    entry.used = 0
    this.paged.delete(entry)
    this.stock.push(page)
    if (used > 0) this.handleOf(entry).write(page, 0, used)
  }

  /** Nothing more will be written to it, for the time being. */
  close(entry: Entry): void {
    try {
      this.flush(entry)
    } finally {
      this.open.delete(entry)
      const { handle } = entry
      entry.handle = undefined
      handle?.close()
    }
  }

  /** Closes all of them; goes on when one fails and then throws the first error. */
  closeAll(): void {
    let failure: unknown
    for (const entry of [...this.paged, ...this.open]) {
      try {
        this.close(entry)
      } catch (e) {
        failure ??= e
      }
    }
    if (failure) throw failure
  }

  private givePage(entry: Entry): Uint8Array {
    if (this.paged.size >= PAGES) {
      const [oldest] = this.paged
      if (oldest) this.flush(oldest)
    }
    entry.page = this.stock.pop() ?? new Uint8Array(PAGE)
    this.paged.add(entry)
    return entry.page
  }

  private handleOf(entry: Entry): FileHandle {
    if (entry.handle) return entry.handle
    if (this.open.size >= OPEN) {
      const [oldest] = this.open
      // Its buffer stays: it is opened again when that is full.
      if (oldest) {
        this.open.delete(oldest)
        const { handle } = oldest
        oldest.handle = undefined
        handle?.close()
      }
    }
    entry.handle = createFile(entry.path, entry.begun || this.append)
    entry.begun = true
    this.open.add(entry)
    return entry.handle
  }
}
