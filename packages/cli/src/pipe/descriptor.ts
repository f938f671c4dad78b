import { read as fsRead, write as fsWrite } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const readOnce = promisify(fsRead)
const writeOnce = promisify(fsWrite)
/** Between two attempts at a descriptor that another program has made non-blocking, in milliseconds. */
const RETRY = 1

const again = async <T>(attempt: () => Promise<T>): Promise<T> => {
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if ((error as { code?: string }).code !== 'EAGAIN') throw error
      await sleep(RETRY)
    }
  }
}

/** Reads what is there into `bytes`; 0 at the end. */
export const readSome = async (fd: number, bytes: Uint8Array, at: number, length: number): Promise<number> =>
  (await again(() => readOnce(fd, bytes, at, length, null))).bytesRead

/** Writes all of it. */
export const writeAll = async (fd: number, bytes: Uint8Array, at: number, length: number): Promise<void> => {
  for (let done = 0; done < length; ) {
    done += (await again(() => writeOnce(fd, bytes, at + done, length - done, null))).bytesWritten
  }
}
