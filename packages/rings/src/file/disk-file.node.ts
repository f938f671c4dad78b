import { fstat, read } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

/** Where bytes come from: a path, a descriptor, or a `FileHandle`. Only a path is opened and closed here. */
export type FileName = string | URL | number | FileHandle

/** An open file on disk, or a pipe or device, which is read from where it stands. */
export interface DiskFile {
  readonly fd: number
  /** Has it positions? */
  readonly isRegular: boolean
  /** Its size now: it may grow and shrink. */
  size(): Promise<number>
  /** Reads up to `length` bytes at `position` to `into`; how many, 0 at the end. */
  read(into: Uint8Array, at: number, length: number, position: number): Promise<number>
  close(): Promise<void>
}

const stat = (fd: number): Promise<{ size: number; isFile(): boolean }> =>
  new Promise((done, fail) => fstat(fd, (error, stats) => (error ? fail(error) : done(stats))))

export const openDisk = async (name: FileName): Promise<DiskFile> => {
  const mine = typeof name === 'string' || name instanceof URL ? await open(name) : undefined
  const fd = mine?.fd ?? (typeof name === 'number' ? name : (name as FileHandle).fd)
  const close = async (): Promise<void> => mine?.close()
  try {
    const isRegular = (await stat(fd)).isFile()
    return {
      fd,
      isRegular,
      size: async () => (await stat(fd)).size,
      read: (into, at, length, position) =>
        new Promise((done, fail) => {
          read(fd, into, at, length, isRegular ? position : null, (error, n) => (error ? fail(error) : done(n)))
        }),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
