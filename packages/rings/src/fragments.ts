import { StreamlineError } from '@netstreamline/core'
import { platform } from './platform.js'

/** A piece of a message; `more`: it does not end here. */
export interface Piece {
  readonly bytes: Uint8Array
  readonly more: boolean
}

/** Cuts a message into pieces of at most `limit` bytes, without copying. */
export const cut = (bytes: Uint8Array, limit: number): Piece[] => {
  const pieces: Piece[] = []
  for (let at = 0; at < bytes.length; at += limit) {
    pieces.push({ bytes: bytes.subarray(at, at + limit), more: at + limit < bytes.length })
  }
  return pieces
}

/**
 * Puts JSON messages together from pieces; returns undefined until the last one has come.
 * @throws SL_PROTOCOL when what came is no JSON, longer than `maxMessage` bytes, or an empty piece.
 */
export const createAssembler = (from: string, maxMessage: number): ((piece: Piece) => unknown) => {
  const decoder = new platform.TextDecoder('utf-8', { fatal: true })
  let pieces: Uint8Array[] = []
  let length = 0
  const refuse = (what: string): never => {
    throw new StreamlineError('SL_PROTOCOL', `${from} sent ${what}`, { hint: 'Both ends must be the same version.' })
  }
  const join = (): Uint8Array => {
    if (pieces.length === 1) return pieces[0]!
    const whole = new Uint8Array(length)
    let at = 0
    for (const piece of pieces) {
      whole.set(piece, at)
      at += piece.length
    }
    return whole
  }
  return ({ bytes, more }) => {
    // Empty pieces would pile up below any limit on bytes.
    if (bytes.length === 0) refuse('an empty message')
    length += bytes.length
    if (length > maxMessage) refuse(`a message longer than ${maxMessage} bytes`)
    pieces.push(bytes)
    if (more) return undefined
    const whole = join()
    pieces = []
    length = 0
    try {
      return JSON.parse(decoder.decode(whole))
    } catch {
      return refuse('what is no JSON')
    }
  }
}
