import { type Context, END, GAP, KIND, START } from '@netstreamline/core'
import { nameIs } from '../lines/fields.js'
import type { Transaction } from './exchange.js'
import type { Part } from './head.js'
import { type HttpOutput, wholeOutput } from './output.js'
import type { Parser } from './parser.js'

/** Streams of bodies are numbered from here: those of connections begin at 0. */
const FIRST = 0x80000000
const LONGEST_NAME = 96

const isPlain = (c: number): boolean =>
  (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 45 || c === 46 || c === 95

/** The last part of a target's path. */
const lastSegment = (b: Uint8Array, { at, end }: Part): string => {
  let stop = at
  while (stop < end && b[stop] !== 63 && b[stop] !== 35) stop++
  let from = stop
  while (from > at && b[from - 1] !== 47) from--
  let name = ''
  for (let i = from; i < stop && name.length < LONGEST_NAME; i++)
    name += isPlain(b[i]!) ? String.fromCharCode(b[i]!) : '_'
  return name
}

const SUFFIXES: readonly (readonly [string, string])[] = [
  ['gzip', '.gz'],
  ['x-gzip', '.gz'],
  ['deflate', '.zz'],
  ['br', '.br'],
  ['zstd', '.zst'],
]
const suffix = (b: Uint8Array, { at, end }: Part): string =>
  SUFFIXES.find(([coding]) => nameIs(b, at, end, coding))?.[1] ?? ''

const nameOf = (b: Uint8Array): string => String.fromCharCode(...b)

/** Each body as a stream of its own (§5, stream multiplexing), from START to END, named after what was asked for. */
export const fileOutput = (context: Context): HttpOutput => {
  let files = 0
  const output: HttpOutput = {
    ...wholeOutput(),
    pass: 'nothing',
    request(p, t, b) {
      const { head } = p
      keep(t, lastSegment(b, head.target) || 'index')
      p.suffix = suffix(b, head.encoding)
    },
    response(p, _t, b) {
      p.suffix = suffix(b, p.head.encoding)
    },
    body(p, at, length) {
      if (p.file === 0) begin(p)
      output.streams!.emit(p.file, KIND.bytes, p.type, at, length)
    },
    done(p, whole) {
      if (p.file === 0) return
      if (!whole) output.streams!.mark(p.file, KIND.bytes, p.type, GAP)
      output.streams!.mark(p.file, KIND.bytes, p.type, END)
      context.closeStream(p.file)
      p.file = 0
    },
  }
  const keep = (t: Transaction, name: string): void => {
    const bytes = Uint8Array.from(name, (c) => c.charCodeAt(0))
    t.request.add(bytes, 0, bytes.length)
  }
  const begin = (p: Parser): void => {
    const { request } = p.current!
    const asked = request.used > 0 ? nameOf(request.bytes.subarray(0, request.used)) : 'unknown'
    const from = context.stream(p.stream)
    p.file = FIRST + (files++ % FIRST)
    context.openStream({
      id: p.file,
      ...(from && { src: from.src, sport: from.sport, dst: from.dst, dport: from.dport }),
      name: `${files}-${asked}${p.suffix}`,
    })
    output.streams!.mark(p.file, KIND.bytes, p.type, START)
  }
  return output
}
