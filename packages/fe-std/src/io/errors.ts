import { type ErrorCode, isStreamlineError, StreamlineError } from '@netstreamline/core'

const known: Record<string, [ErrorCode, string, string]> = {
  ENOENT: ['SL_NO_FILE', 'no such file', 'Check the path; it is relative to the current directory.'],
  ENOTDIR: ['SL_NO_FILE', 'a part of the path is not a directory', 'Check the path.'],
  EISDIR: ['SL_IS_DIRECTORY', 'it is a directory', 'Name a file in it.'],
  EACCES: [
    'SL_PERMISSION',
    'permission denied',
    'Change the permissions of the file or its directory, or choose another.',
  ],
  EPERM: ['SL_PERMISSION', 'operation not permitted', 'Change the permissions of the file or its directory.'],
  EROFS: ['SL_PERMISSION', 'the file system is read-only', 'Choose a path on another file system.'],
  ENOSPC: ['SL_DISK_FULL', 'no space left on the device', 'Free some space. What was written before is complete.'],
  EDQUOT: ['SL_DISK_FULL', 'the disk quota is used up', 'Free some space. What was written before is complete.'],
  EFBIG: [
    'SL_DISK_FULL',
    'the file has reached the largest size allowed',
    'Raise the limit (ulimit -f) or split the output.',
  ],
  EPIPE: ['SL_BROKEN_PIPE', 'the reader has closed the pipe', 'Let the program that reads run until the end.'],
  ECONNRESET: ['SL_BROKEN_PIPE', 'the reader has gone', 'Let the program that reads run until the end.'],
}

/** What the system said about `path` as a coded error; `doing` is `read`, `write` … */
export const ioError = (error: unknown, doing: string, path: string): StreamlineError => {
  if (isStreamlineError(error)) return error
  const system = error as { code?: string; message?: string }
  const [code, why, hint] = known[system.code ?? ''] ?? ['SL_IO' as const, system.message ?? String(error), '']
  const name = path === '-' ? (doing === 'write' ? 'standard output' : 'standard input') : `'${path}'`
  return new StreamlineError(code, `cannot ${doing} ${name}: ${why}`, { path, hint, system: system.code }, error)
}
