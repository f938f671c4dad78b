import { asError, StreamlineError } from '../errors.js'
import type { Vertex } from '../request.js'
import type { Channel, Connection, EdgeStep, Implementation, Placed, Space, Undo } from '../space.js'
import { checkCall, isCall, MAX_PENDING, PROTOCOL } from './messages.js'

export interface ServeOptions {
  /** The space serves others, too: `close` then ends what this end has begun, and leaves the space open. */
  readonly shared?: boolean
  /** Told of failures that no answer can carry: those of reversing what a dead end has left. */
  onError?(error: StreamlineError): void
}

/** A step that was made. `undone` remembers that it was reversed, and how that went. */
interface Step {
  readonly undo: Undo
  undone?: Promise<void>
}
interface Transaction {
  /** Steps by the id of their call. */
  readonly steps: Map<number, Step>
  /** Aborted: a step that completes only now is reversed at once. */
  over: boolean
}

/** Which end began which transaction of a space: nobody touches another's. */
const owners = new WeakMap<Space, Map<string, Channel>>()

const reverse = (step: Step): Promise<void> => (step.undone ??= (async () => step.undo())())

/**
 * Serves `space` over `channel`. When that closes, or the returned function is called, everything that was begun
 * over it is reversed. Messages that are no calls are ignored, so the same channel can carry calls both ways.
 */
export const serve = (space: Space, channel: Channel, options: ServeOptions = {}): Undo => {
  const transactions = new Map<string, Transaction>()
  const owned = owners.get(space) ?? new Map<string, Channel>()
  owners.set(space, owned)
  let open = true
  let pending = 0
  let last = 0

  const abort = async (tx: string): Promise<void> => {
    const transaction = transactions.get(tx)
    if (!transaction) return
    transaction.over = true
    // Forgotten only when it worked, so that a failed abort can be called again.
    await space.abort(tx)
    transactions.delete(tx)
    owned.delete(tx)
  }
  const abortAll = () => Promise.allSettled([...transactions.keys()].map(abort))
  const known = (tx: string): Transaction => {
    const transaction = transactions.get(tx)
    if (transaction && !transaction.over) return transaction
    throw new StreamlineError('SL_PROTOCOL', `no transaction '${tx.slice(0, 64)}' is under way here`)
  }
  const begin = (tx: string): Transaction => {
    if (transactions.has(tx)) return known(tx)
    if (owned.has(tx)) throw new StreamlineError('SL_PROTOCOL', 'this transaction belongs to another end')
    const transaction = { steps: new Map<number, Step>(), over: false }
    owned.set(tx, channel)
    transactions.set(tx, transaction)
    return transaction
  }
  const step = async (id: number, tx: string, transaction: Transaction, made: Promise<Undo>): Promise<void> => {
    const done: Step = { undo: await made }
    if (!transaction.over) return void transaction.steps.set(id, done)
    await reverse(done)
    await space.abort(tx)
    throw new StreamlineError('SL_ALLOCATE', 'the transaction was aborted before this step was done')
  }
  const undo = (id: number): Promise<void> => {
    for (const { steps } of transactions.values()) {
      const made = steps.get(id)
      if (made) return reverse(made)
    }
    // Never made, or its transaction has been aborted: nothing is left to reverse.
    return Promise.resolve()
  }

  const perform = async (id: number, op: string, args: unknown[]): Promise<unknown> => {
    const tx = args.at(-1) as string
    switch (op) {
      case 'hello':
        return { name: space.name, depth: space.depth, targets: space.targets }
      case 'discover':
        return space.discover(args[0] as Vertex, args[1] as Implementation[])
      case 'instantiate':
        return step(id, tx, begin(tx), space.instantiate(args[0] as Placed, tx))
      case 'activate':
        return step(id, tx, known(tx), space.activate(args[0] as string, tx))
      case 'connect': {
        const transaction = known(tx)
        let port: unknown
        const made = space.connect(args[0] as EdgeStep, tx).then((connection: Connection) => {
          port = connection.port
          return connection.undo
        })
        await step(id, tx, transaction, made)
        return { port }
      }
      case 'undo':
        return undo(args[0] as number)
      case 'abort':
        return abort(tx)
      case 'stop':
        return transactions.has(tx) ? space.stop(tx) : undefined
      case 'done':
        known(tx)
        return space.done(tx)
      case 'counters':
        known(tx)
        return space.counters(tx)
      case 'census':
        return space.census()
      default: {
        await abortAll()
        return options.shared ? undefined : space.close()
      }
    }
  }

  const send = (id: number, answer: object): void => {
    if (open) channel.send({ v: PROTOCOL, re: id, ...answer })
  }
  const refuse = (id: number, e: unknown): void => {
    const error = asError(e).toJSON()
    try {
      send(id, { error })
    } catch {
      try {
        // Facts that cannot cross must not keep the caller from learning that it failed.
        send(id, { error: { ...error, detail: {} } })
      } catch {
        // The channel is gone; its closing reverses what was done.
      }
    }
  }
  const answer = async (m: { id: number } & Record<string, unknown>): Promise<void> => {
    const { id } = m
    if (pending >= MAX_PENDING) return refuse(id, new StreamlineError('SL_PROTOCOL', 'too many calls at a time'))
    pending++
    try {
      checkCall(m)
      if (id <= last) throw new StreamlineError('SL_PROTOCOL', `call ${id} comes after call ${last}`)
      last = id
      const ok = await perform(id, m.op, m.args)
      try {
        send(id, { ok })
      } catch (e) {
        await undo(id)
        throw e
      }
    } catch (e) {
      refuse(id, e)
    } finally {
      pending--
    }
  }

  const off = channel.onMessage((m) => {
    if (open && isCall(m)) void answer(m)
  })
  const end = async (): Promise<void> => {
    if (!open) return
    open = false
    off()
    for (const outcome of await abortAll()) {
      if (outcome.status === 'rejected') options.onError?.(asError(outcome.reason))
    }
  }
  const offClose = channel.onClose(() => void end())
  return () => {
    offClose()
    return end()
  }
}
