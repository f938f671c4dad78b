/**
 * Every error a user can meet: its stable code and the exit code of the command line
 * (1 request failed, 2 usage or SRL, 3 missing plugin, 4 permission, 130 interrupted).
 * `docs/reference/errors.md` documents each; a test holds the two together.
 */
export const errorCodes = {
  SL_SRL_SYNTAX: 2,
  SL_SRL_LIMIT: 2,
  SL_SRL_NAME: 2,
  SL_SRL_CYCLE: 2,
  SL_USAGE: 2,
  SL_OPTION: 2,
  SL_FILTER: 2,
  SL_PATTERN: 2,
  SL_KIND: 2,
  SL_FUNCTION_UNKNOWN: 3,
  SL_SPACE_UNKNOWN: 3,
  SL_NO_PLACE: 3,
  SL_PLUGIN: 3,
  SL_MANIFEST: 3,
  SL_ABI: 3,
  SL_ALLOCATE: 1,
  SL_SPACE_DIED: 1,
  SL_PROTOCOL: 1,
  SL_IR: 1,
  SL_ARENA_FULL: 1,
  SL_RING: 1,
  SL_RING_FULL: 1,
  SL_RING_EVICTED: 1,
  SL_RING_NAME: 3,
  SL_RING_ACCESS: 4,
  SL_RING_MEMORY: 1,
  SL_RING_NATIVE: 3,
  SL_NO_FILE: 1,
  SL_IS_DIRECTORY: 1,
  SL_PERMISSION: 4,
  SL_DISK_FULL: 1,
  SL_BROKEN_PIPE: 1,
  SL_IO: 1,
  SL_CAPTURE: 1,
  SL_FE_FAILED: 1,
  SL_INTERRUPTED: 130,
  SL_INTERNAL: 1,
} as const

/** A stable error code. */
export type ErrorCode = keyof typeof errorCodes

const brand = Symbol.for('netstreamline.error')

/** What happened (`message`), what to do (`hint`) and the facts (`detail`, plain JSON). Crosses spaces as JSON. */
export class StreamlineError extends Error {
  readonly code: ErrorCode
  readonly detail: Record<string, unknown>
  constructor(code: ErrorCode, message: string, detail: Record<string, unknown> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'StreamlineError'
    this.code = code
    this.detail = detail
    Object.defineProperty(this, brand, { value: true })
  }
  /** Exit code of the command line for this error. */
  get exitCode(): number {
    return errorCodes[this.code] ?? 1
  }
  /** What the user can do about it; empty when nothing helpful is known. */
  get hint(): string {
    return String(this.detail['hint'] ?? '')
  }
  toJSON(): { code: ErrorCode; message: string; detail: Record<string, unknown> } {
    return { code: this.code, message: this.message, detail: this.detail }
  }
}

/** True for an error of this or another copy of core (`Symbol.for`, never `instanceof`). */
export const isStreamlineError = (e: unknown): e is StreamlineError =>
  typeof e === 'object' && e !== null && (e as Record<symbol, unknown>)[brand] === true

/** Any thrown value as a StreamlineError, so that what crosses a border always bears a code. */
export const asError = (e: unknown, code: ErrorCode = 'SL_INTERNAL'): StreamlineError => {
  if (isStreamlineError(e)) return e
  const plain = e as { code?: string; message?: string; detail?: Record<string, unknown> } | null | undefined
  const known = plain?.code !== undefined && Object.hasOwn(errorCodes, plain.code)
  return new StreamlineError(known ? (plain?.code as ErrorCode) : code, plain?.message ?? String(e), plain?.detail, e)
}
