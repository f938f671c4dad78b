import type { Budget } from '../streams/budget.js'
import type { Kept } from '../streams/kept.js'

/** Requests of a connection that wait for their response, at most. */
const MAX_PENDING = 1024
const NOTHING = new Uint8Array(0)

/** What one costs beside its text, in bytes. */
const COST = 256

/** A request and its response. The object serves another after that. */
export class Transaction {
  /** `HEAD`, `CONNECT` or 0; -1: no request has been seen. */
  special = -1
  /** Status of the response, 0: none has been seen. */
  status = 0
  /** Time of the request's head, and of the response's. */
  asked = 0
  askedNanoseconds = 0
  answered = 0
  answeredNanoseconds = 0
  /** Bytes of the bodies, without the framing of chunks. */
  sent = 0
  received = 0
  /** The message is being read in this direction. */
  asking = false
  answering = false
  /** Nobody waits for the rest of it. */
  settled = false
  /** What is to be said of the two, ready to be written. */
  readonly request: Kept
  readonly response: Kept

  constructor(request: Kept, response: Kept) {
    this.request = request
    this.response = response
  }

  /** Forgets all. */
  clear(): void {
    this.special = -1
    this.status = 0
    this.asked = 0
    this.askedNanoseconds = 0
    this.answered = 0
    this.answeredNanoseconds = 0
    this.sent = 0
    this.received = 0
    this.asking = false
    this.answering = false
    this.settled = false
    this.request.clear()
    this.response.clear()
  }
}

/** What both directions of a connection know together. */
export class Exchange {
  /** Directions that use it. */
  users = 0
  /** Responses were lost: pending requests before the last may have been answered. */
  lost = false
  /** The ends of the connection, client first, ready to be written; empty: not known yet. */
  ends: Uint8Array = NOTHING
  /** Requests that have not been answered, oldest first. */
  readonly #pending: Transaction[] = []
  readonly #budget: Budget

  constructor(budget: Budget) {
    this.#budget = budget
  }

  forget(): void {
    this.lost = false
    this.ends = NOTHING
  }

  get pending(): number {
    return this.#pending.length
  }

  /** False when there is no room for it. */
  push(t: Transaction): boolean {
    if (this.#pending.length >= MAX_PENDING || !this.#budget.take(COST)) return false
    this.#pending.push(t)
    return true
  }

  /** The oldest. */
  shift(): Transaction | undefined {
    const t = this.#pending.shift()
    if (t !== undefined) this.#budget.give(COST)
    return t
  }
}
