import { StreamlineError } from '@netstreamline/core'

/** Files that this process has open, by identity, so that nobody destroys what is still being read. */
const open = { read: new Map<string, number>(), write: new Map<string, number>() }

/**
 * Notes that file `id` is open for reading or writing until the result is called.
 * @throws SL_USAGE when it is already open the other way round
 */
export const claim = (use: 'read' | 'write', id: string, path: string): (() => void) => {
  if (open[use === 'read' ? 'write' : 'read'].has(id))
    throw new StreamlineError('SL_USAGE', `'${path}' is read and written in the same run`, {
      path,
      hint: 'Write to another file. Nothing has been changed.',
    })
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
