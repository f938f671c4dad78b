import { HEADER, skipName } from './name.js'

export const MALFORMED = -1
/** Stands for the type of a message that has none, and of one that makes no sense. */
export const NO_TYPE = 65535
export const NO_SENSE = 65534

const STATEFUL = 6

const u16 = (b: Uint8Array, at: number): number => (b[at]! << 8) | b[at + 1]!

/** Can the 12 bytes at `at` be the header of a DNS message of `length` bytes? */
export const isHeader = (b: Uint8Array, at: number, length: number): boolean => {
  const response = (b[at + 2]! & 0x80) !== 0
  const opcode = (b[at + 2]! >> 3) & 15
  // Query, inverse query, status, notify, update, stateful operations (RFC 8490).
  if (opcode > STATEFUL || opcode === 3) return false
  const questions = u16(b, at + 4)
  const records = u16(b, at + 6) + u16(b, at + 8) + u16(b, at + 10)
  if (opcode === STATEFUL) return questions + records === 0 && length >= HEADER
  // Nothing asked and nothing said: an error, which is no more than a header.
  if (questions + records === 0) return response && length === HEADER && (b[at + 3]! & 15) !== 0
  // A question takes at least five bytes, a record eleven.
  return HEADER + 5 * questions + 11 * records <= length
}

/** Bytes before the names in the data of a record, and how many names; 0 for types without. By type: 16 × bytes + names. */
const NAMES: Readonly<Record<number, number>> = {
  2: 1, // NS
  3: 1, // MD
  4: 1, // MF
  5: 1, // CNAME
  6: 2, // SOA
  7: 1, // MB
  8: 1, // MG
  9: 1, // MR
  12: 1, // PTR
  14: 2, // MINFO
  15: 0x21, // MX
  17: 2, // RP
  18: 0x21, // AFSDB
  21: 0x21, // RT
  26: 0x22, // PX
  33: 0x61, // SRV
  36: 0x21, // KX
  39: 1, // DNAME
}
const BY_TYPE = new Uint8Array(256)
for (const [type, names] of Object.entries(NAMES)) BY_TYPE[Number(type)] = names

/** Are the names in the data [at, end) of a record sane? */
const dataIsSane = (b: Uint8Array, start: number, type: number, at: number, end: number, stop: number): boolean => {
  const names = type < 256 ? BY_TYPE[type]! : 0
  // Updates name what is to be deleted without data (RFC 2136 §2.5).
  if (names === 0 || at === end) return true
  let next = at + (names >> 4)
  for (let n = names & 15; n > 0; n--) {
    next = skipName(b, start, next, stop)
    if (next < 0 || next > end) return false
  }
  return true
}

/**
 * The type of the first question of message [at, end), or of its first record if it has no question, or
 * {@link NO_TYPE}; 0 when it is no DNS message, {@link MALFORMED} when it begins like one (RFC 1035 §4).
 */
export const checkMessage = (b: Uint8Array, at: number, end: number): number => {
  if (end - at < HEADER || !isHeader(b, at, end - at)) return 0
  const questions = u16(b, at + 4)
  const records = u16(b, at + 6) + u16(b, at + 8) + u16(b, at + 10)
  let type = 0
  let next = at + HEADER
  for (let i = 0; i < questions; i++) {
    next = skipName(b, at, next, end)
    if (next < 0 || next + 4 > end) return MALFORMED
    if (i === 0) type = u16(b, next)
    next += 4
  }
  for (let i = 0; i < records; i++) {
    next = skipName(b, at, next, end)
    if (next < 0 || next + 10 > end) return MALFORMED
    const kind = u16(b, next)
    if (i === 0 && questions === 0) type = kind
    const data = next + 10
    next = data + u16(b, next + 8)
    if (next > end || !dataIsSane(b, at, kind, data, next, end)) return MALFORMED
  }
  return type === 0 ? NO_TYPE : type
}

/** Is the message at `at` a response? */
export const isResponse = (b: Uint8Array, at: number): boolean => (b[at + 2]! & 0x80) !== 0
