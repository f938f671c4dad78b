import { asError, errorCodes, StreamlineError } from '../errors.js'
import type { Accept } from '../request.js'

/** Version of the messages; an end that speaks another one is refused. */
export const PROTOCOL = 1
/** Calls that one end may leave unanswered at a time. */
export const MAX_PENDING = 4096
/** Longest list of implementations or option values. */
const MAX_LIST = 65_536
/** Longest name or transaction id, and longest error message taken from the other end, in UTF-16 units. */
const MAX_TEXT = 65_536

/** A call: `id` counts up from 1 on each end, so an answer and an undo can name it. */
export interface Call {
  readonly v: number
  readonly id: number
  readonly op: string
  readonly args: readonly unknown[]
}

/** Answers the call `re`. Without `error` it succeeded. */
export interface Answer {
  readonly v: number
  readonly re: number
  readonly ok?: unknown
  readonly error?: unknown
}

type Check = (value: unknown) => boolean
type Fields = Record<string, unknown>

export const isObject = (v: unknown): v is Fields => typeof v === 'object' && v !== null && !Array.isArray(v)
const isText: Check = (v) => typeof v === 'string' && v.length > 0 && v.length <= MAX_TEXT
const isCount: Check = (v) => Number.isSafeInteger(v) && (v as number) >= 0
const isClassifier: Check = (v) => isCount(v) && (v as number) <= 0xffff
const shaped =
  (fields: Record<string, Check>): Check =>
  (v) =>
    isObject(v) && Object.entries(fields).every(([name, check]) => Object.hasOwn(v, name) && check(v[name]))

// Not `every` alone, which skips the holes of a sparse array.
const listOf =
  (check: Check): Check =>
  (v) =>
    Array.isArray(v) && v.length <= MAX_LIST && Array.from(v).every(check)
const isScalar: Check = (v) => typeof v === 'string' || typeof v === 'number'
const isOption: Check = (v) => isScalar(v) || typeof v === 'boolean' || listOf(isScalar)(v)

const isVertex = shaped({
  name: isText,
  function: isText,
  options: (v) => isObject(v) && Object.values(v).every(isOption),
})
const isImplementation = shaped({ function: isText, package: isText, module: isText, target: isText })
const isPlaced = shaped({ vertex: isVertex, runs: isVertex, implementation: isImplementation, space: isText })
const isAccept = shaped({ not: (v) => typeof v === 'boolean', lo: isClassifier, hi: isClassifier })
const isEdge = shaped({
  from: isText,
  to: isText,
  accept: (v) => isAccept(v) && (v as Accept).lo <= (v as Accept).hi,
  input: isCount,
})

/** The operations that cross a channel and what each takes: those of `Space`, `hello`, and `undo` of a step. */
export const operations = {
  hello: [],
  discover: [isVertex, listOf(isImplementation)],
  instantiate: [isPlaced, isText],
  connect: [isEdge, isText],
  activate: [isText, isText],
  undo: [isCount],
  done: [isText],
  stop: [isText],
  abort: [isText],
  counters: [isText],
  census: [],
  close: [],
} as const satisfies Record<string, readonly Check[]>
export type Operation = keyof typeof operations

/** Has it the number that a call needs to be answered? Answers travel the same way and have none. */
export const isCall = (m: unknown): m is Pick<Call, 'id'> & Fields =>
  isObject(m) && Number.isSafeInteger(m['id']) && (m['id'] as number) > 0 && !('re' in m)

/** Refuses what is not a call of this protocol. @throws SL_PROTOCOL */
export function checkCall(m: Fields): asserts m is { v: number; id: number; op: Operation; args: unknown[] } {
  if (m['v'] !== PROTOCOL) {
    throw new StreamlineError('SL_PROTOCOL', `the other end speaks version ${String(m['v'])}, this one ${PROTOCOL}`, {
      hint: 'run the same version of Streamline at both ends',
    })
  }
  const op = m['op']
  if (typeof op !== 'string' || !Object.hasOwn(operations, op)) {
    throw new StreamlineError('SL_PROTOCOL', `no operation '${String(op).slice(0, 64)}'`)
  }
  const checks: readonly Check[] = operations[op as Operation]
  const args = m['args']
  if (!Array.isArray(args) || args.length !== checks.length || !checks.every((check, i) => check(args[i]))) {
    throw new StreamlineError('SL_PROTOCOL', `'${op}' takes other arguments than these`)
  }
}

/** What the other end says went wrong, as an error of this end. Whatever it sent, the result is well formed. */
export const errorFrom = (sent: unknown): StreamlineError => {
  const { code, message, detail } = isObject(sent) ? sent : { code: undefined, message: undefined, detail: undefined }
  const text = typeof message === 'string' ? message.slice(0, MAX_TEXT) : 'the other end failed without a message'
  const about = isObject(detail) ? detail : {}
  if (typeof code === 'string' && Object.hasOwn(errorCodes, code))
    return asError({ code, message: text, detail: about })
  return new StreamlineError('SL_PROTOCOL', text, { ...about, code })
}
