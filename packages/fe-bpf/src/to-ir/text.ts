import { StreamlineError } from '@netstreamline/core'
import { decodeProgram, encodeProgram } from '../cbpf/encode.js'
import type { Programs } from './program.js'

/** Programs as one option value: a program alone, or `kind=program;kind=program`. */
export const encodePrograms = (programs: Programs): string =>
  [...programs].map(([kind, program]) => `${kind === 'any' ? '' : `${kind}=`}${encodeProgram(program)}`).join(';')

/** Reads what {@link encodePrograms} gives, or a program as `tcpdump -ddd` prints it. @throws SL_FILTER */
export const decodePrograms = (text: string): Programs => {
  if (!text.includes('=')) return new Map([['any', decodeProgram(text)]])
  return new Map(
    text.split(';').map((item) => {
      const m = /^(\d{1,10})=(.*)$/s.exec(item)
      if (!m) throw new StreamlineError('SL_FILTER', 'not BPF programs by kind', { hint: 'kind=program;kind=program' })
      return [Number(m[1]), decodeProgram(m[2]!)] as const
    }),
  )
}

/** Bytes as base64. */
export const toBase64 = (bytes: Uint8Array): string => {
  let text = ''
  // In pieces: the arguments of one call are limited.
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000))
  return btoa(text)
}
