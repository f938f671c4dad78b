import { close, createReadStream, fstatSync, open, readSync, type Stats } from 'node:fs'
import type { Readable } from 'node:stream'
import type { Input } from '../io.js'
import { fromChunks } from './chunks.js'
import { ioError } from './errors.js'
import { claim } from './same-file.js'

/** A regular file: read synchronously, since what the page cache has costs less than a turn of the event loop. */
const fromFile = (fd: number, path: string, size: number, release: () => void, own: boolean): Input => {
  // Standard input may be shared with other programs: its own offset counts there, and nobody goes back.
  let position = own ? 0 : null
  const input: Input = {
    size,
    read(into, offset, length) {
      try {
        const n = readSync(fd, into, offset, length, position)
        if (position !== null) position += n
        return n
      } catch (e) {
        throw ioError(e, 'read', path)
      }
    },
    close() {
      release()
      if (own && fd >= 0) close(fd, () => {})
      fd = -1
    },
  }
  if (own) {
    input.rewind = () => {
      position = 0
    }
  }
  return input
}

/** A pipe, socket, terminal or device: read by its stream, which never blocks the event loop and can be closed. */
const fromStream = (stream: Readable, path: string): Input => {
  let failure: unknown
  let ended = false
  let wake = (): void => {}
  const look = (): void => wake()
  stream.on('readable', look)
  stream.on('end', () => {
    ended = true
    wake()
  })
  stream.on('close', () => {
    ended = true
    wake()
  })
  stream.on('error', (e) => {
    failure = e
    wake()
  })
  const next = async (): Promise<Uint8Array | undefined> => {
    for (;;) {
      const chunk = stream.read() as Uint8Array | null
      if (chunk) return chunk
      if (failure) throw ioError(failure, 'read', path)
      if (ended) return undefined
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  return fromChunks(next, () => {
    stream.off('readable', look)
    stream.destroy()
  })
}

const streamOf = async (fd: number, stat: Stats, path: string): Promise<Readable> => {
  if (!stat.isFIFO() && !stat.isSocket()) return createReadStream(path, { fd })
  const { Socket } = await import('node:net')
  return new Socket({ fd, readable: true, writable: false })
}

export const openRead = async (path: string): Promise<Input> => {
  let fd = 0
  try {
    if (path !== '-') fd = await new Promise((ok, no) => open(path, 'r', (e, n) => (e ? no(e) : ok(n))))
    const stat = fstatSync(fd)
    if (stat.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' })
    if (stat.isFile())
      return fromFile(fd, path, stat.size, claim('read', `${stat.dev}:${stat.ino}`, path), path !== '-')
    return fromStream(path === '-' ? process.stdin : await streamOf(fd, stat, path), path)
  } catch (e) {
    if (fd > 0) close(fd, () => {})
    throw ioError(e, 'open', path)
  }
}
