import { type ErrorCode, isStreamlineError, StreamlineError } from '@netstreamline/core'

const READER_GONE = 'Whoever reads must stay until the end.'
const TABLE: Record<string, [ErrorCode, string]> = {
  ENOENT: ['SL_NO_FILE', 'Check the path; it is relative to the current directory.'],
  ENOTDIR: ['SL_NO_FILE', 'Check the path: a part of it is no directory.'],
  EISDIR: ['SL_IS_DIRECTORY', 'Name a file in it.'],
  EACCES: ['SL_PERMISSION', 'Change the permissions of the file or its directory.'],
  EPERM: ['SL_PERMISSION', 'Change the permissions of the file or its directory.'],
  EROFS: ['SL_PERMISSION', 'Choose a path on another file system.'],
  ENOSPC: ['SL_DISK_FULL', 'Free some space. What was written before is complete.'],
  EDQUOT: ['SL_DISK_FULL', 'Free some space. What was written before is complete.'],
  EPIPE: ['SL_BROKEN_PIPE', READER_GONE],
  ECONNRESET: ['SL_BROKEN_PIPE', READER_GONE],
  ERR_STREAM_DESTROYED: ['SL_BROKEN_PIPE', READER_GONE],
  ERR_STREAM_PREMATURE_CLOSE: ['SL_BROKEN_PIPE', READER_GONE],
  ERR_STREAM_WRITE_AFTER_END: ['SL_BROKEN_PIPE', 'Send before the stream is ended.'],
}

/** The system's name of what went wrong, for example EAGAIN. */
export const codeOf = (error: unknown): string | undefined => (error as { code?: string } | null)?.code

/** What the system has thrown, as an error that says what to do. `doing`: what could not be done. */
export const systemError = (error: unknown, doing: string): StreamlineError => {
  if (isStreamlineError(error)) return error
  const { message = String(error) } = error as { message?: string }
  const system = codeOf(error)
  const [code, hint] = TABLE[system ?? ''] ?? ['SL_IO' as const, '']
  return new StreamlineError(code, `cannot ${doing}: ${message}`, { hint, system }, error)
}
