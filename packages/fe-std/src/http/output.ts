import { KIND } from '@netstreamline/core'
import type { CopyRing } from '../copy-ring.js'
import type { Pass, Streams } from '../streams/streams.js'
import type { Transaction } from './exchange.js'
import type { Parser } from './parser.js'

/** What an `http` hands on. `streams` is set before anything is told. */
export interface HttpOutput {
  readonly pass: Pass
  streams: Streams<Parser> | undefined
  /** Heads lie in b[at, end); `here`: in what is fed. */
  request(p: Parser, t: Transaction, b: Uint8Array, at: number, end: number, here: boolean): void
  response(p: Parser, t: Transaction, b: Uint8Array, at: number, end: number, here: boolean): void
  /** The head of an interim response. */
  interim(p: Parser, b: Uint8Array, at: number, end: number, here: boolean): void
  body(p: Parser, at: number, length: number): void
  /** The message of `p.current` has ended; `whole`: with all its bytes. */
  done(p: Parser, whole: boolean): void
  /** Nothing more will be known of it. */
  transaction(p: Parser, t: Transaction): void
  free(): void
}

const nothing = (): void => {}

/** Whole streams. */
export const wholeOutput = (): HttpOutput => ({
  pass: 'all',
  streams: undefined,
  request: nothing,
  response: nothing,
  interim: nothing,
  body: nothing,
  done: nothing,
  transaction: nothing,
  free: nothing,
})

/** Each head, from its start line to the empty line, as one block. */
export const headOutput = (ring: CopyRing): HttpOutput => {
  const output: HttpOutput = {
    ...wholeOutput(),
    pass: 'ends',
    request: (p, _t, b, at, end, here) => head(p, b, at, end, here),
    response: (p, _t, b, at, end, here) => head(p, b, at, end, here),
    interim: (p, b, at, end, here) => head(p, b, at, end, here),
    free: () => ring.free(),
  }
  const head = (p: Parser, b: Uint8Array, at: number, end: number, here: boolean): void => {
    const length = end - at
    if (here) output.streams!.emit(p.stream, KIND.message, p.type, at, length)
    else output.streams!.emitOwn(p.stream, KIND.message, p.type, ring.copy(b, at, length), length, ring)
  }
  return output
}

/** The bodies, block by block. */
export const bodyOutput = (): HttpOutput => {
  const output: HttpOutput = {
    ...wholeOutput(),
    pass: 'marks',
    body: (p, at, length) => output.streams!.emit(p.stream, KIND.bytes, p.type, at, length),
  }
  return output
}
