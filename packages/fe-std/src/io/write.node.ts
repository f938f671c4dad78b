import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  open,
  openSync,
  unlinkSync,
  write,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import type { FileHandle, Output } from '../io.js'
import { ioError } from './errors.js'
import { claim } from './same-file.js'

const { O_WRONLY, O_CREAT, O_EXCL, O_APPEND } = constants
const RETRY_MS = 2

const openFlags = (path: string, flags: number): Promise<number> =>
  new Promise((ok, no) => open(path, flags, 0o666, (e, fd) => (e ? no(e) : ok(fd))))

const codeOf = (e: unknown): string | undefined => (e as { code?: string }).code

/** Opens without cutting; tells whether it has created the file. Asynchronous: a pipe waits for its reader. */
const openKept = async (path: string, flags: number): Promise<{ fd: number; created: boolean }> => {
  for (;;) {
    try {
      return { fd: await openFlags(path, flags | O_CREAT | O_EXCL), created: true }
    } catch (e) {
      if (codeOf(e) === 'ENOENT' && mkdirSync(dirname(path), { recursive: true }) !== undefined) continue
      if (codeOf(e) !== 'EEXIST') throw e
      return { fd: await openFlags(path, flags | O_CREAT), created: false }
    }
  }
}

export const openWrite = async (path: string, append = false): Promise<Output> => {
  const standard = path === '-'
  let fd = 1
  let created = false
  let release = (): void => {}
  let regular = false
  try {
    if (!standard) ({ fd, created } = await openKept(path, append ? O_WRONLY | O_APPEND : O_WRONLY))
    const stat = fstatSync(fd)
    regular = stat.isFile()
    if (regular && !standard) release = claim('write', `${stat.dev}:${stat.ino}`, path)
  } catch (e) {
    if (fd > 1) closeSync(fd)
    throw ioError(e, 'open', path)
  }
  let untouched = regular && !standard && !append
  return {
    async write(bytes, offset, length) {
      try {
        if (untouched) ftruncateSync(fd, 0)
        untouched = false
        for (;;) {
          try {
            return await new Promise((ok, no) => write(fd, bytes, offset, length, null, (e, n) => (e ? no(e) : ok(n))))
          } catch (e) {
            // A pipe that another program has made non-blocking is full.
            if (codeOf(e) !== 'EAGAIN') throw e
            await new Promise((r) => setTimeout(r, RETRY_MS))
          }
        }
      } catch (e) {
        throw ioError(e, 'write', path)
      }
    },
    cut(excess) {
      if (regular && excess > 0) ftruncateSync(fd, Math.max(0, fstatSync(fd).size - excess))
    },
    close(discard) {
      release()
      try {
        if (!standard && fd > 0) closeSync(fd)
        if (discard && created) unlinkSync(path)
      } catch (e) {
        throw ioError(e, 'write', path)
      } finally {
        fd = -1
      }
    },
  }
}

export const createFile = (path: string, append: boolean): FileHandle => {
  let fd: number
  let release: () => void
  const flags = O_WRONLY | O_CREAT | O_APPEND
  try {
    try {
      fd = openSync(path, flags)
    } catch (e) {
      if (codeOf(e) !== 'ENOENT') throw e
      mkdirSync(dirname(path), { recursive: true })
      fd = openSync(path, flags)
    }
  } catch (e) {
    throw ioError(e, 'open', path)
  }
  try {
    const stat = fstatSync(fd)
    release = stat.isFile() ? claim('write', `${stat.dev}:${stat.ino}`, path) : () => {}
    if (!append && stat.isFile() && stat.size > 0) ftruncateSync(fd, 0)
  } catch (e) {
    closeSync(fd)
    throw ioError(e, 'open', path)
  }
  return {
    write(bytes, from, to) {
      try {
        while (from < to) from += writeSync(fd, bytes, from, to - from)
      } catch (e) {
        throw ioError(e, 'write', path)
      }
    },
    close() {
      release()
      if (fd >= 0) closeSync(fd)
      fd = -1
    },
  }
}
