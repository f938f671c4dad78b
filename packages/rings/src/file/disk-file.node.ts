import { close, closeSync, fstat, fstatSync, open, openSync, read, readSync, type Stats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { checkSignal, orInterrupted, pauseToRetry } from './pause.node.js'
import { codeOf } from './system-error.js'

/** Where bytes come from: a path, a descriptor, or a `FileHandle`. Only a path is opened and closed here. */
export type FileName = string | URL | number | FileHandle

/** An open file on disk, or a pipe or device, which is read from where it stands. */
export interface DiskFile {
  readonly fd: number
  /** Has it positions? */
  readonly isRegular: boolean
  /**
   * Reads up to `length` bytes at `position` to `into`; how many, 0 at the end. Of what has no positions nobody knows
   * when more comes: the signal ends the waiting (SL_INTERRUPTED), and bytes may still be written to `into` later.
   */
  read(into: Uint8Array, at: number, length: number, position: number, signal?: AbortSignal): Promise<number>
  readSync(into: Uint8Array, at: number, length: number, position: number): number
  /** Also while it is read. */
  close(): Promise<void>
  closeSync(): void
}

/** A callback's result as a promise. */
export const promised = <T>(call: (done: (error: unknown, result: T) => void) => void): Promise<T> =>
  new Promise((done, fail) => call((error, result) => (error ? fail(error) : done(result))))

const numberOf = (name: FileName): number | undefined =>
  typeof name === 'number' ? name : typeof name === 'object' && 'fd' in name ? name.fd : undefined

class OpenFile implements DiskFile {
  readonly fd: number
  readonly isRegular: boolean
  private isMine: boolean

  constructor(fd: number, isMine: boolean, stats: Stats) {
    this.fd = fd
    this.isMine = isMine
    this.isRegular = stats.isFile()
  }

  async read(into: Uint8Array, at: number, length: number, position: number, signal?: AbortSignal): Promise<number> {
    for (let tries = 0; ; tries++) {
      try {
        const reading = promised<number>((done) => read(this.fd, into, at, length, this.at(position), done))
        return await (this.isRegular ? reading : orInterrupted(reading, signal))
      } catch (error) {
        // A descriptor that does not block, and has nothing now.
        if (codeOf(error) !== 'EAGAIN') throw error
        await pauseToRetry(tries, signal)
        checkSignal(signal)
      }
    }
  }

  readSync(into: Uint8Array, at: number, length: number, position: number): number {
    return readSync(this.fd, into, at, length, this.at(position))
  }

  async close(): Promise<void> {
    if (!this.isMine) return
    this.isMine = false
    await promised<void>((done) => close(this.fd, (error) => done(error)))
  }

  closeSync(): void {
    if (!this.isMine) return
    this.isMine = false
    closeSync(this.fd)
  }

  private at(position: number): number | null {
    return this.isRegular ? position : null
  }
}

/** @throws what the system says */
export const openDisk = async (name: FileName): Promise<DiskFile> => {
  const given = numberOf(name)
  const fd = given ?? (await promised<number>((done) => open(name as string | URL, 'r', done)))
  try {
    return new OpenFile(fd, given === undefined, await promised<Stats>((done) => fstat(fd, done)))
  } catch (error) {
    if (given === undefined) closeSync(fd)
    throw error
  }
}

/** @throws what the system says */
export const openDiskSync = (name: FileName): DiskFile => {
  const given = numberOf(name)
  const fd = given ?? openSync(name as string | URL, 'r')
  try {
    return new OpenFile(fd, given === undefined, fstatSync(fd))
  } catch (error) {
    if (given === undefined) closeSync(fd)
    throw error
  }
}
