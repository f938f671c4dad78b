import { StreamlineError } from '@netstreamline/core'

/** Files that this process has open, by identity, so that nobody destroys what is still being read. */
const open = { read: new Map<string, number>(), write: new Map<string, number>() }

/**
 * Notes that file `id` is open for reading or writing until the result is called.
 * @throws SL_USAGE when it is open for writing already, or is to be written while it is read
 */
export const claim = (use: 'read' | 'write', id: string, path: string): (() => void) => {
  const written = open.write.has(id)
  if (written || (use === 'write' && open.read.has(id)))
    throw new StreamlineError(
      'SL_USAGE',
      `'${path}' is ${written && use === 'write' ? 'written twice' : 'read and written'} at the same time`,
      { path, hint: 'Write to another file. Nothing has been changed.' },
    )
  const held = open[use]
  held.set(id, (held.get(id) ?? 0) + 1)
  let released = false
  return () => {
    if (released) return
    released = true
    const left = (held.get(id) ?? 1) - 1
    if (left === 0) held.delete(id)
    else held.set(id, left)
  }
}
