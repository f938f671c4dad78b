import { StreamlineError } from '@netstreamline/core'

/** @throws SL_PATTERN */
export const tooLong = (path: string, most: number): StreamlineError =>
  new StreamlineError('SL_PATTERN', `'${path}' has more than ${most >> 20} MiB`, {
    path,
    hint: 'Split the rules over several (pattern).',
  })

/** @throws SL_PATTERN when the bytes are not UTF-8 */
export const decode = (bytes: Uint8Array, path: string): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (e) {
    const hint = 'Rules are UTF-8; write other bytes as |e9| or \\xe9.'
    throw new StreamlineError('SL_PATTERN', `'${path}' is not text in UTF-8`, { path, hint }, e)
  }
}
