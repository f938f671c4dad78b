import { type FieldSink, lengthOf, nameIs, readFields } from '../lines/fields.js'
import type { HeadParser } from '../lines/heads.js'
import { isBlank, lineEnd, lineType, MAX_LINE, REQUEST, RTSP, statusAt, versionBefore } from '../lines/start-line.js'

/** A part of a head. */
export interface Part {
  at: number
  end: number
}

/** What the head in hand says. Parts are places in the array that it was read from. One object for all heads. */
export class RtspHead implements FieldSink, HeadParser {
  type = 0
  /** Status of a response, 0 for a request. */
  status = 0
  /** CSeq, -1 without. */
  sequence = -1
  /** Content-Length in bytes: -1 without, -2 when it makes no sense. */
  length = -1
  irregularities = 0
  readonly method: Part = { at: 0, end: 0 }
  readonly target: Part = { at: 0, end: 0 }
  readonly version: Part = { at: 0, end: 0 }
  readonly agent: Part = { at: 0, end: 0 }
  readonly session: Part = { at: 0, end: 0 }
  readonly transport: Part = { at: 0, end: 0 }

  read(b: Uint8Array, at: number, end: number, type: number): number {
    let lf = at
    while (lf < end && b[lf] !== 10) lf++
    if (lf - at >= MAX_LINE) return -1
    if (lf >= end) return 0
    const line = lineEnd(b, at, lf)
    const found = lineType(b, at, line, RTSP)
    if (found === 0 || (type !== 0 && found !== type)) return -1
    this.#reset(found)
    if (found === REQUEST) this.#request(b, at, line)
    else {
      this.status = statusAt(b, at, line)
      set(this.version, at + 5, at + 8)
    }
    const next = readFields(b, lf + 1, end, this)
    return Math.max(next, 0)
  }

  irregular(): void {
    this.irregularities++
  }

  field(b: Uint8Array, name: number, nameEnd: number, value: number, valueEnd: number): void {
    switch (nameEnd - name) {
      case 4:
        if (nameIs(b, name, nameEnd, 'cseq')) this.sequence = Math.max(-1, lengthOf(b, value, valueEnd, -1))
        break
      case 7:
        if (nameIs(b, name, nameEnd, 'session')) set(this.session, value, valueEnd)
        break
      case 9:
        if (nameIs(b, name, nameEnd, 'transport')) set(this.transport, value, valueEnd)
        break
      case 10:
        if (nameIs(b, name, nameEnd, 'user-agent')) set(this.agent, value, valueEnd)
        break
      case 14:
        if (this.length !== -2 && nameIs(b, name, nameEnd, 'content-length')) {
          this.length = lengthOf(b, value, valueEnd, this.length)
        }
        break
    }
  }

  #request(b: Uint8Array, at: number, end: number): void {
    const version = versionBefore(b, at, end, RTSP)
    let space = at
    while (b[space] !== 32) space++
    set(this.method, at, space)
    set(this.version, version + 5, version + 8)
    let target = space
    while (target < version && isBlank(b[target]!)) target++
    let stop = version
    while (stop > target && isBlank(b[stop - 1]!)) stop--
    set(this.target, target, stop)
  }

  #reset(type: number): void {
    this.type = type
    this.status = 0
    this.sequence = -1
    this.length = -1
    this.irregularities = 0
    for (const part of [this.method, this.target, this.agent, this.session, this.transport]) set(part, 0, 0)
  }
}

const set = (part: Part, at: number, end: number): void => {
  part.at = at
  part.end = end
}
