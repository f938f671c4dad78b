import { Problem } from '../problem.js'

const encoder = new TextEncoder()
const ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, '0': 0, '\\': 92, '"': 34, '|': 124, ',': 44 }

/**
 * The bytes that a literal stands for: characters by their UTF-8, `|0d 0a|` bytes in hexadecimal, `\n` `\r` `\t` `\0`
 * `\xHH` and the escaped characters `\\` `\"` `\|` `\,`. @throws Problem
 */
export const parseLiteral = (text: string): Uint8Array => {
  const bytes: number[] = []
  for (let at = 0; at < text.length; ) {
    const c = text[at]!
    if (c === '|') at = hexadecimal(text, at, bytes)
    else if (c === '\\') at = readEscape(text, at, bytes)
    else {
      const character = String.fromCodePoint(text.codePointAt(at)!)
      for (const byte of encoder.encode(character)) bytes.push(byte)
      at += character.length
    }
  }
  if (bytes.length === 0) throw new Problem('an empty pattern would match everywhere', 0)
  return Uint8Array.from(bytes)
}

const hexadecimal = (text: string, at: number, bytes: number[]): number => {
  const end = text.indexOf('|', at + 1)
  if (end < 0)
    throw new Problem('this | is never closed', at, 'Bytes stand between two of them, |0d 0a|; write \\| for one.')
  const inside = text.slice(at + 1, end)
  for (const { 0: pair, index } of inside.matchAll(/\S+/g)) {
    if (!/^(?:[0-9a-fA-F]{2})+$/.test(pair)) throw new Problem(`'${pair}' is no hexadecimal byte`, at + 1 + index)
    for (let i = 0; i < pair.length; i += 2) bytes.push(Number.parseInt(pair.slice(i, i + 2), 16))
  }
  return end + 1
}

const readEscape = (text: string, at: number, bytes: number[]): number => {
  const c = text[at + 1] ?? ''
  const [digits] = /^[0-9a-fA-F]{2}/.exec(text.slice(at + 2, at + 4)) ?? []
  if (c === 'x' && digits !== undefined) {
    bytes.push(Number.parseInt(digits, 16))
    return at + 4
  }
  const byte = Object.hasOwn(ESCAPES, c) ? ESCAPES[c] : undefined
  if (byte === undefined) {
    throw new Problem(
      c === 'x' ? '\\x needs two hexadecimal digits' : `\\${c} is not supported`,
      at,
      'Write \\\\ for a backslash.',
    )
  }
  bytes.push(byte)
  return at + 2
}
