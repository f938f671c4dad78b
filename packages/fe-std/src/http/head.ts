import { type FieldSink, isSpace, lengthOf, nameIs, readFields } from '../lines/fields.js'
import type { HeadParser } from '../lines/heads.js'
import { HTTP, isBlank, lineEnd, lineType, MAX_LINE, REQUEST, statusAt, versionBefore } from '../lines/start-line.js'

/** Methods whose responses have another framing. */
export const HEAD = 1
export const CONNECT = 2

/** A part of a head. */
export interface Part {
  at: number
  end: number
}

const CHUNKED = 'chunked'

/** What the head in hand says. Parts are places in the array that it was read from. One object for all heads. */
export class Head implements FieldSink, HeadParser {
  /** Status of a response, 0 for a request. */
  status = 0
  /** {@link HEAD}, {@link CONNECT} or 0. */
  special = 0
  /** Minor version. */
  minor = 0
  /** Content-Length in bytes: -1 without, -2 when it makes no sense. */
  length = -1
  /** There is a Transfer-Encoding, and its last coding is `chunked`. */
  coded = false
  chunked = false
  /** A request to change the protocol. */
  upgrade = false
  /** What RFC 9112 says to repair or to refuse, and that has been read all the same. */
  irregularities = 0
  readonly method: Part = { at: 0, end: 0 }
  readonly target: Part = { at: 0, end: 0 }
  readonly host: Part = { at: 0, end: 0 }
  readonly agent: Part = { at: 0, end: 0 }
  readonly referer: Part = { at: 0, end: 0 }
  readonly type: Part = { at: 0, end: 0 }
  readonly encoding: Part = { at: 0, end: 0 }

  read(b: Uint8Array, at: number, end: number, type: number): number {
    let lf = at
    while (lf < end && b[lf] !== 10) lf++
    if (lf - at >= MAX_LINE) return -1
    if (lf >= end) return 0
    const line = lineEnd(b, at, lf)
    if (lineType(b, at, line, HTTP) !== type) return -1
    this.#reset()
    if (type === REQUEST) this.#request(b, at, line)
    else {
      this.status = statusAt(b, at, line)
      this.minor = b[at + 7]! - 48
    }
    const next = readFields(b, lf + 1, end, this)
    if (next < 0) return 0
    if (this.coded && (this.length !== -1 || this.minor === 0)) this.irregular()
    return next
  }

  irregular(): void {
    this.irregularities++
  }

  field(b: Uint8Array, name: number, nameEnd: number, value: number, valueEnd: number): void {
    switch (nameEnd - name) {
      case 4:
        if (nameIs(b, name, nameEnd, 'host')) set(this.host, value, valueEnd)
        break
      case 7:
        if (nameIs(b, name, nameEnd, 'referer')) set(this.referer, value, valueEnd)
        else if (nameIs(b, name, nameEnd, 'upgrade')) this.upgrade = true
        break
      case 10:
        if (nameIs(b, name, nameEnd, 'user-agent')) set(this.agent, value, valueEnd)
        break
      case 12:
        if (nameIs(b, name, nameEnd, 'content-type')) set(this.type, value, valueEnd)
        break
      case 14:
        if (this.length !== -2 && nameIs(b, name, nameEnd, 'content-length')) {
          this.length = lengthOf(b, value, valueEnd, this.length)
        }
        break
      case 16:
        if (nameIs(b, name, nameEnd, 'content-encoding')) set(this.encoding, value, valueEnd)
        break
      case 17:
        if (nameIs(b, name, nameEnd, 'transfer-encoding')) this.#coding(b, value, valueEnd)
        break
    }
  }

  /** Several fields are one list, so the last coding of the last field counts (RFC 9112 §6.1). */
  #coding(b: Uint8Array, at: number, end: number): void {
    let last = at
    let quoted = false
    for (let i = at; i < end; i++) {
      if (b[i] === 34) quoted = !quoted
      else if (b[i] === 44 && !quoted) last = i + 1
    }
    while (last < end && isSpace(b[last]!)) last++
    let stop = last
    while (stop < end && b[stop] !== 59 && !isSpace(b[stop]!)) stop++
    if (stop === last && end > at) return
    this.coded = true
    this.chunked = nameIs(b, last, stop, CHUNKED)
  }

  #request(b: Uint8Array, at: number, end: number): void {
    const version = versionBefore(b, at, end, HTTP)
    let space = at
    while (b[space] !== 32) space++
    set(this.method, at, space)
    this.minor = b[version + 7]! - 48
    let target = space
    while (target < version && isBlank(b[target]!)) target++
    let stop = version
    while (stop > target && isBlank(b[stop - 1]!)) stop--
    set(this.target, target, stop)
    // Methods are case-sensitive (RFC 9110 §9.1).
    const size = space - at
    if (size === 4 && b[at] === 72 && b[at + 1] === 69 && b[at + 2] === 65 && b[at + 3] === 68) this.special = HEAD
    else if (size === 7 && b[at] === 67 && nameIs(b, at, space, 'connect')) this.special = CONNECT
  }

  #reset(): void {
    this.status = 0
    this.special = 0
    this.minor = 0
    this.length = -1
    this.coded = false
    this.chunked = false
    this.upgrade = false
    this.irregularities = 0
    for (const part of [this.host, this.agent, this.referer, this.type, this.encoding]) set(part, 0, 0)
    set(this.method, 0, 0)
    set(this.target, 0, 0)
  }
}

const set = (part: Part, at: number, end: number): void => {
  part.at = at
  part.end = end
}
