import { Problem } from '../problem.js'
import { BEGIN, BOUNDARY, END, NO_BOUNDARY } from './ast.js'
import { ByteSet, DIGIT, SPACE, WORD } from './byte-set.js'

/** What an escape stands for, and where the text goes on. */
export type Escape = { readonly to: number } & ({ readonly set: ByteSet } | { readonly assert: number })

const CONTROLS: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, v: 11, a: 7, e: 27 }
const CLASSES: Readonly<Record<string, ByteSet>> = {
  d: DIGIT,
  D: DIGIT.inverse(),
  w: WORD,
  W: WORD.inverse(),
  s: SPACE,
  S: SPACE.inverse(),
}
const ASSERTS: Readonly<Record<string, number>> = { A: BEGIN, z: END, b: BOUNDARY, B: NO_BOUNDARY }

/** `\xHH` or `\x{H…}`, at the character behind the `x`. */
const hexadecimal = (text: string, at: number): Escape => {
  const [all, braced, plain] = /^(?:\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{2}))/.exec(text.slice(at, at + 12)) ?? []
  const byte = Number.parseInt(braced ?? plain ?? '', 16)
  if (all === undefined) throw new Problem('\\x needs two hexadecimal digits', at - 2)
  if (byte > 255) {
    throw new Problem(`\\x{${braced}} is not a byte`, at - 2, 'Patterns are over bytes: write those of the encoding.')
  }
  return { set: new ByteSet().add(byte), to: at + all.length }
}

/** The escape whose backslash is at `at`; `inClass`: between brackets. @throws Problem */
export const readEscape = (text: string, at: number, inClass: boolean): Escape => {
  const to = at + 2
  const c = text[at + 1]
  if (c === undefined) throw new Problem('nothing follows the backslash', at, 'Write \\\\ for a backslash.')
  if (c === 'x') return hexadecimal(text, to)
  const control = c === 'b' && inClass ? 8 : CONTROLS[c]
  if (control !== undefined) return { set: new ByteSet().add(control), to }
  const set = CLASSES[c]
  if (set) return { set, to }
  if (!inClass && ASSERTS[c] !== undefined) return { assert: ASSERTS[c], to }
  if (c === '0' && !/[0-9]/.test(text[to] ?? '')) return { set: new ByteSet().add(0), to }
  if (/[0-9]/.test(c) || (c === 'k' && /[<{']/.test(text[to] ?? ''))) {
    const hint = c === '0' ? 'Write bytes as \\xHH.' : 'What one group has matched cannot be demanded again.'
    throw new Problem(c === '0' ? 'octal escapes are not supported' : 'backreferences are not supported', at, hint)
  }
  if (/[A-Za-z]/.test(c)) throw new Problem(`\\${c} is not supported`, at, 'Bytes are written as \\xHH.')
  if (c > '\x7f') throw new Problem(`\\ before ${c} has no meaning`, at)
  return { set: new ByteSet().add(c.charCodeAt(0)), to }
}
