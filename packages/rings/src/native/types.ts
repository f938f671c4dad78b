/**
 * What the native addon does for rings between processes: memory, names, registration and wake-ups
 * (docs/reference/ring-sharing.md). It knows nothing of blocks: those are written and read by the ends in
 * `src/ring`, in memory that is mapped into the arena.
 *
 * Whatever fails throws a {@link NativeError}. Nothing here waits but `NativeArea.wait`, and `open` and `successor`,
 * which wait for the answer of another process for at most a second (ETIMEDOUT).
 */
export interface NativeRings {
  /** Sizes of areas are multiples of it. */
  readonly pageSize: number
  /**
   * Makes new zeroed memory at `offset` of `memory` (a multiple of 64 KiB; what lay there is lost until `close`):
   * `sizeA` bytes for header, data and index, directly behind them `sizeB` for the reader table. All pages exist when
   * it returns, so using them cannot fail. `label` is for /proc.
   * ENOMEM: there is not so much memory. EINVAL: sizes or place make no sense.
   */
  create(memory: Uint8Array, offset: number, sizeA: number, sizeB: number, label: string): NativeArea
  /**
   * Registers as a reader of the ring with that name, or only looks at it. The result is not mapped yet.
   * ENOENT: no such ring. ECONNREFUSED: its producer died (the name is stale) or is just leaving. EACCES: its policy
   * forbids. EBUSY: all slots are taken. EPERM: the directory is not that user's. EPROTO: it answers nonsense.
   */
  open(name: string, options: OpenOptions): NativeArea
  /** Name of the ring with that id. ENOENT: there is none. */
  nameOf(id: number, where?: Where): string
  /** All names in the directory. */
  list(where?: Where): ListedRing[]
  /** Removes the names of dead producers, own directory only; returns them. */
  removeStale(dir?: string): string[]
  /**
   * sendfile(2): moves up to `length` bytes from file `from` at `offset` to `to`, which may be a socket, a pipe or a
   * file, in a thread of libuv's pool. Resolves with the number of bytes moved: 0 at the end of the file, -1 when `to`
   * took nothing for `ms` (0 to 100), in which that thread does nothing else: ask again later.
   */
  sendfile(to: number, from: number, offset: number, length: number, ms: number): Promise<number>
  /** splice(2), one of the two must be a pipe: like `sendfile`, and -1 also when `from` gave nothing. */
  splice(to: number, from: number, length: number, ms: number): Promise<number>
}

/** Which directory of names. */
export interface Where {
  /** Default: $STREAMLINE_DIR, else /dev/shm/streamline-`uid`. */
  readonly dir?: string
  /** Its owner; default this process's user. */
  readonly uid?: number
}

export interface OpenOptions extends Where {
  /** Only looks: no slot is claimed, nothing can be written, not even the reader table. */
  readonly observe?: boolean
  /** `STRATEGY` of the format; default srp. */
  readonly strategy?: number
  /** `WAKE` of the format: 0 none, 2 futex (default), 3 doorbell; its owner may change the word in the slot later. */
  readonly wakeMode?: number
}

export interface ListedRing {
  readonly name: string
  /** stale: its producer is dead. denied: it lives, and its policy forbids to look. */
  readonly state: 'alive' | 'stale' | 'denied'
}

/** Who may register: processes of the same user, of the same group, or all. */
export type Access = 'user' | 'group' | 'other'

/** One end of one shared ring. It belongs to the thread that made it, and is closed when that ends. */
export interface NativeArea {
  readonly role: 'producer' | 'reader' | 'observer'
  readonly sizeA: number
  readonly sizeB: number
  /** Id of the ring; of a producer 0 until it serves. */
  readonly id: number
  /** Reader: the slot claimed for it, and its epoch. -1 and 0: none. */
  readonly slot: number
  readonly epoch: number
  /** Process and user of the producer, as the system says; in a producer its own. */
  readonly pid: number
  readonly uid: number
  /** Reader and observer: one word that becomes 1 when the producer has died or gone. A sleeping reader is woken. */
  readonly status: Int32Array
  /** Producer: readers whose slots were taken away because their processes died. */
  readonly evictions: number

  /** Reader and observer: maps the ring at `offset` of `memory`, read-only but for the reader's table. */
  map(memory: Uint8Array, offset: number): void
  /**
   * Producer, when the ring is formatted and its id chosen: whoever may can find it by `name` from now on.
   * EADDRINUSE: a living producer has this name. EEXIST: another ring has this id (choose another). EINVAL: the name
   * is not 1 to 63 of A-Z a-z 0-9 . _ - (and no dot at the start), or the header does not fit the memory.
   */
  serve(name: string, access: Access, dir?: string): void
  /**
   * Producer: `next` follows this ring under the same name. To be called when the readers' slots have been copied to
   * `next` and before the state of this ring becomes `moved`. Then new readers register in `next`, and deaths count
   * in both. EEXIST: another ring has the id of `next`.
   */
  succeed(next: NativeArea): void
  /**
   * Reader and observer: the ring `id` that follows this one, not mapped yet. `slot` and `epoch` are those that this
   * reader has there: kept by the producer, or claimed just now. ENOENT: there is no such ring, or no longer.
   */
  successor(id: number): NativeArea

  /** Producer: increments `wake` of these slots and wakes their readers, but for those of mode 1 (notify). */
  wakeReaders(mask: number): void
  /** Reader that has found `writerSleeps` set and exchanged it with 0: wakes the producer by `writerWake`. */
  wakeWriter(): void
  /**
   * Sleeps while the word `byte` bytes from the start of the area is `expected` and nobody wakes it; comes back early
   * whenever it likes, at the latest after `ms` or a fifth of a second, so that a worker can be terminated. A reader
   * must have stored 2 as its `wakeMode` before it set its bit in `sleepers` or looked at `wake`; a producer
   * `writerWake` likewise.
   */
  wait(byte: number, expected: number, ms: number): void
  /** Wakes who sleeps on that word. */
  wake(byte: number): void
  /** Producer: whoever sleeps `micros` microseconds from now is woken then, whatever this thread does. */
  signalLater(micros: number): void
  /**
   * Calls `callback` in this thread's event loop whenever the doorbell of this end rings (mode 3), and when the
   * other end has died. It rings at once if it has been rung before. undefined: no more.
   */
  onSignal(callback: (() => void) | undefined): void
  /** Shall the doorbell keep the event loop alive? Not from the beginning. */
  hold(on: boolean): void
  /** Producer: takes the slot away as if its reader had died, here and in all rings of this name. */
  evict(slot: number, epoch: number): boolean
  /**
   * Leaves: the slot is free, the name goes when no area of the producer is left, and anonymous memory lies where the
   * ring was mapped. Does nothing the second time.
   */
  close(): void
}

/** What the addon throws. */
export interface NativeError extends Error {
  /** Name of the errno, for example EACCES. */
  readonly code: string
  /** Its number, positive. */
  readonly errno: number
}
