import { copyNext } from './copies.js'
import type { ReadingFile } from './reading-file.js'

/** How a file becomes a stream. */
export interface ReadableStreamOptions {
  /**
   * bytes: a byte stream, which can be read to memory of the reader's own (BYOB) and knows no blocks. blocks: each chunk
   * is one block. Default: bytes of a c ring and of a file of the system, else blocks.
   */
  readonly type?: 'bytes' | 'blocks'
  /** bytes: largest chunk for who brings no memory; default 64 KiB. */
  readonly chunkBytes?: number
}

type Controller = ReadableByteStreamController | ReadableStreamDefaultController

/** Straight to the memory of who asks, if there is some. */
const pullBytes = async (
  file: ReadingFile,
  controller: ReadableByteStreamController,
  most: number,
): Promise<boolean> => {
  const request = controller.byobRequest
  if (request === null || request === undefined) {
    const copy = await copyNext(file, most)
    if (copy !== null) controller.enqueue(copy)
    return copy !== null
  }
  const { buffer, byteOffset, byteLength } = request.view!
  const n = await file.read(new Uint8Array(buffer, byteOffset, byteLength))
  if (n > 0) request.respond(n)
  return n > 0
}

const pullBlock = async (file: ReadingFile, controller: ReadableStreamDefaultController): Promise<boolean> => {
  const block = await file.readBlock()
  if (block !== null) controller.enqueue(block)
  return block !== null
}

/** One `pull`: something, or the end. The file is closed when nothing more is to be had from it. */
const pull = async (file: ReadingFile, controller: Controller, most: number): Promise<void> => {
  try {
    const isBytes = 'byobRequest' in controller
    if (await (isBytes ? pullBytes(file, controller, most) : pullBlock(file, controller))) return
  } catch (error) {
    file.closeSync()
    throw error
  }
  await file.close()
  controller.close()
  // A read to the reader's own memory ends with what it has got: nothing.
  if ('byobRequest' in controller) controller.byobRequest?.respond(0)
}

/**
 * A file as a Web `ReadableStream`: for `fetch`, `Response`, `pipeTo`, `pipeThrough`. Nothing is read before it is asked
 * for, so that the ring holds its writer back. The stream closes the file at its end and when it is cancelled; errors of
 * the file become those of the stream.
 */
export const toReadableStream = (
  file: ReadingFile,
  options: ReadableStreamOptions = {},
): ReadableStream<Uint8Array> => {
  const { type = file.kind === 'c' ? 'bytes' : 'blocks', chunkBytes = 65536 } = options
  const source = {
    pull: (controller: Controller) => pull(file, controller, chunkBytes),
    cancel: () => file.close(),
  }
  const strategy = { highWaterMark: 0 }
  const stream =
    type === 'bytes' ? new ReadableStream({ type, ...source }, strategy) : new ReadableStream(source, strategy)
  return stream as unknown as ReadableStream<Uint8Array>
}
