/**
 * Files in a browser: sources fetch their path (relative to the page), sinks write to {@link files}.
 * @packageDocumentation
 */
import { StreamlineError } from '@netstreamline/core'
import { fromChunks } from './io/chunks.js'
import type { FileHandle, Input, Output } from './io.js'

/** What sinks have written, by path: the parts in order. `new Blob(files.get(path))` makes a download of it. */
export const files = new Map<string, Uint8Array<ArrayBuffer>[]>()

const fromStream = (stream: ReadableStream<Uint8Array>, size?: number): Input => {
  const reader = stream.getReader()
  const next = async (): Promise<Uint8Array | undefined> => (await reader.read()).value
  return fromChunks(next, () => void reader.cancel().catch(() => {}), size)
}

/** Fetches `path`, or reads what a sink has written there. @throws SL_NO_FILE, SL_PERMISSION, SL_IO */
export const openRead = async (path: string): Promise<Input> => {
  const written = files.get(path)
  if (written) return fromStream(new Blob(written).stream())
  let response: Response
  try {
    response = await fetch(path)
  } catch (e) {
    throw new StreamlineError('SL_IO', `cannot fetch '${path}': ${(e as Error).message}`, { path }, e)
  }
  if (!response.ok || !response.body) {
    const code = response.status === 404 ? 'SL_NO_FILE' : response.status === 403 ? 'SL_PERMISSION' : 'SL_IO'
    throw new StreamlineError(code, `cannot fetch '${path}': ${response.status} ${response.statusText}`, {
      path,
      hint: 'Check the address; another origin must allow the request (CORS).',
    })
  }
  const length = response.headers.get('content-length')
  const plain = !response.headers.has('content-encoding')
  return fromStream(response.body, length !== null && plain ? Number(length) : undefined)
}

export const createFile = (path: string, append: boolean): FileHandle => {
  const parts = (append && files.get(path)) || []
  files.set(path, parts)
  return {
    write: (bytes, from, to) => void parts.push(new Uint8Array(bytes.subarray(from, to))),
    close() {},
  }
}

export const openWrite = async (path: string, append = false): Promise<Output> => {
  let file: FileHandle | undefined
  return {
    async write(bytes, offset, length) {
      file ??= createFile(path, append)
      file.write(bytes, offset, offset + length)
      return length
    },
    cut() {},
    close() {},
  }
}

export const gunzip = async (input: Input): Promise<Input> => {
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const chunk = new Uint8Array(65536)
      const n = await input.read(chunk, 0, chunk.length)
      if (n > 0) controller.enqueue(chunk.subarray(0, n))
      else controller.close()
    },
    cancel: () => input.close(),
  })
  const unpacked = fromStream(source.pipeThrough(new DecompressionStream('gzip')))
  return {
    read: async (into, offset, length) => {
      try {
        return await unpacked.read(into, offset, length)
      } catch (e) {
        throw new StreamlineError('SL_CAPTURE', `damaged gzip data: ${(e as Error).message}`, {}, e)
      }
    },
    close: () => unpacked.close(),
  }
}
