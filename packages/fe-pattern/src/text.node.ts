import { open } from 'node:fs/promises'
import { type ErrorCode, isStreamlineError, StreamlineError } from '@netstreamline/core'
import { decode, tooLong } from './decode.js'

const KNOWN: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOENT: ['SL_NO_FILE', 'no such file'],
  ENOTDIR: ['SL_NO_FILE', 'a part of the path is not a directory'],
  EISDIR: ['SL_IS_DIRECTORY', 'it is a directory'],
  EACCES: ['SL_PERMISSION', 'permission denied'],
}

/** Reads a file. See {@link Text}. */
export const readText = async (path: string, most: number): Promise<string> => {
  try {
    const file = await open(path)
    try {
      const chunks: Uint8Array[] = []
      let length = 0
      // Read, not sized: a pipe or a device has no size.
      for await (const chunk of file.createReadStream({ highWaterMark: 1 << 18, autoClose: false })) {
        length += (chunk as Uint8Array).length
        if (length > most) throw tooLong(path, most)
        chunks.push(chunk as Uint8Array)
      }
      return decode(Buffer.concat(chunks), path)
    } finally {
      await file.close()
    }
  } catch (e) {
    if (isStreamlineError(e)) throw e
    const system = e as { code?: string; message?: string }
    const [code, why] = KNOWN[system.code ?? ''] ?? ['SL_IO', system.message ?? String(e)]
    const detail = { path, hint: 'Check the path; it is relative to the current directory.', system: system.code }
    throw new StreamlineError(code, `cannot open '${path}': ${why}`, detail, e)
  }
}
