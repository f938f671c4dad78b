import { writeAddress } from '../text/address.js'
import { ascii, type JsonWriter } from '../text/json.js'
import { NAME_TEXT, nameText, skipName } from './name.js'

const NAMES: Readonly<Record<number, string>> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  12: 'PTR',
  13: 'HINFO',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
  33: 'SRV',
  35: 'NAPTR',
  39: 'DNAME',
  41: 'OPT',
  43: 'DS',
  46: 'RRSIG',
  47: 'NSEC',
  48: 'DNSKEY',
  50: 'NSEC3',
  52: 'TLSA',
  64: 'SVCB',
  65: 'HTTPS',
  249: 'TKEY',
  250: 'TSIG',
  251: 'IXFR',
  252: 'AXFR',
  255: 'ANY',
  257: 'CAA',
}
const TEXTS = new Map(Object.entries(NAMES).map(([type, name]) => [Number(type), ascii(name)]))

/** The name of a type, as in RFC 3597 §5 where it has none here. */
export const typeText = (type: number): Uint8Array => TEXTS.get(type) ?? ascii(`TYPE${type}`)

const SPACE = 32
const QUOTE = 34
const MOST_OPAQUE = 64
const OPAQUE = ascii('\\# ')
const scratch = new Uint8Array(8 * NAME_TEXT)

const u16 = (b: Uint8Array, at: number): number => (b[at]! << 8) | b[at + 1]!

/** Writes the name at `at` as a JSON string; returns where it ends. */
export const writeName = (w: JsonWriter, b: Uint8Array, start: number, at: number, end: number): number => {
  w.string(scratch, 0, nameText(b, start, at, scratch, 0), 2 * NAME_TEXT)
  return skipName(b, start, at, end)
}

/** The data of a record as text, built in `scratch`. */
class Data {
  used = 0
  number(value: number): void {
    if (this.used > 0) scratch[this.used++] = SPACE
    for (const c of String(value)) scratch[this.used++] = c.charCodeAt(0)
  }
  name(b: Uint8Array, start: number, at: number): void {
    if (this.used > 0) scratch[this.used++] = SPACE
    this.used += nameText(b, start, at, scratch, this.used)
  }
}
const data = new Data()

/** Writes the data [at, end) of a record of a message that `checkMessage` has accepted, as a JSON string. */
export const writeData = (
  w: JsonWriter,
  b: Uint8Array,
  start: number,
  type: number,
  at: number,
  end: number,
  stop: number,
): void => {
  const size = end - at
  data.used = 0
  if ((type === 1 && size === 4) || (type === 28 && size === 16)) {
    w.byte(QUOTE)
    writeAddress(w, b, at, size)
    w.byte(QUOTE)
  } else if (type === 16) strings(w, b, at, end)
  else if (size > 0 && named(b, start, type, at, stop)) w.string(scratch, 0, data.used, 4 * NAME_TEXT)
  else opaque(w, b, at, end)
}

/** Puts data that has names into `data`; false for other types. */
const named = (b: Uint8Array, start: number, type: number, at: number, stop: number): boolean => {
  switch (type) {
    case 2:
    case 5:
    case 12:
    case 39:
      data.name(b, start, at)
      return true
    case 6:
      data.name(b, start, at)
      data.name(b, start, skipName(b, start, at, stop))
      return true
    case 15:
      data.number(u16(b, at))
      data.name(b, start, at + 2)
      return true
    case 33:
      for (let i = 0; i < 6; i += 2) data.number(u16(b, at + i))
      data.name(b, start, at + 6)
      return true
    default:
      return false
  }
}

/** The character strings of a TXT record, with blanks between. */
const strings = (w: JsonWriter, b: Uint8Array, at: number, end: number): void => {
  let used = 0
  while (at < end && used < NAME_TEXT) {
    const next = Math.min(end, at + 1 + b[at]!)
    if (used > 0) scratch[used++] = SPACE
    for (at++; at < next; at++) scratch[used++] = b[at]!
  }
  if (at < end) w.cut = true
  w.string(scratch, 0, used, 2 * NAME_TEXT)
}

/** RFC 3597 §5: `\# LENGTH HEX`, of which only the beginning is written. */
const opaque = (w: JsonWriter, b: Uint8Array, at: number, end: number): void => {
  const text = String(end - at)
  let used = 0
  for (const c of OPAQUE) scratch[used++] = c
  for (const c of text) scratch[used++] = c.charCodeAt(0)
  scratch[used++] = SPACE
  const last = Math.min(end, at + MOST_OPAQUE)
  if (last < end) w.cut = true
  for (; at < last; at++) {
    for (const c of b[at]!.toString(16).padStart(2, '0')) scratch[used++] = c.charCodeAt(0)
  }
  w.string(scratch, 0, used, 4 * MOST_OPAQUE)
}
