/**
 * The control protocol between spaces: a space served over a channel, and the same space seen from the other end.
 * Specified in `docs/reference/control-protocol.md`. Every step carries a transaction; the serving side keeps the
 * undo log, so the death of either end leaves nothing behind (§4).
 * @packageDocumentation
 */
import { asError, StreamlineError } from './errors.js'
import type { Channel, Space, Undo } from './space.js'

/** Version of the messages; an end that speaks another one is refused. */
export const PROTOCOL = 1

/** Operations of {@link Space} that cross a channel, by name. */
const operations = [
  'discover',
  'instantiate',
  'connect',
  'activate',
  'done',
  'stop',
  'abort',
  'counters',
  'census',
  'close',
] as const
type Operation = (typeof operations)[number] | 'hello' | 'undo'

interface Call {
  v: number
  id: number
  op: Operation
  args: unknown[]
}
interface Answer {
  v: number
  re: number
  ok?: unknown
  error?: { code: string; message: string; detail: Record<string, unknown> }
}

const isCall = (m: unknown): m is Call => {
  const c = m as Call
  return typeof c?.id === 'number' && typeof c.op === 'string' && Array.isArray(c.args)
}

/** Serves `space` over `channel` until that closes; then everything begun over it is reversed. */
export const serve = (space: Space, channel: Channel): Undo => {
  const undos = new Map<number, Undo>()
  const transactions = new Set<string>()
  const answer = async ({ id, op, args, v }: Call): Promise<void> => {
    const reply = (a: Partial<Answer>) => channel.send({ v: PROTOCOL, re: id, ...a })
    try {
      if (v !== PROTOCOL) throw new StreamlineError('SL_PROTOCOL', `the other end speaks version ${v}, not ${PROTOCOL}`)
      if (op === 'hello') return reply({ ok: { name: space.name, depth: space.depth, targets: space.targets } })
      if (op === 'undo') {
        const undo = undos.get(args[0] as number)
        undos.delete(args[0] as number)
        await undo?.()
        return reply({})
      }
      if (!operations.includes(op)) throw new StreamlineError('SL_PROTOCOL', `no operation '${op}'`)
      const tx = args.at(-1)
      if (op === 'instantiate') transactions.add(tx as string)
      const result = await (space[op] as (...a: unknown[]) => Promise<unknown>).apply(space, args)
      if (op === 'stop' || op === 'abort') transactions.delete(tx as string)
      if (typeof result === 'function') undos.set(id, result as Undo)
      else if (op === 'connect') {
        const { undo, port } = result as { undo: Undo; port?: unknown }
        undos.set(id, undo)
        return reply({ ok: { port } })
      }
      reply({ ok: typeof result === 'function' ? undefined : result })
    } catch (e) {
      try {
        reply({ error: asError(e).toJSON() })
      } catch {
        // The channel is gone; onClose reverses what was done.
      }
    }
  }
  const off = channel.onMessage((m) => {
    if (isCall(m)) void answer(m)
  })
  const offClose = channel.onClose(() => {
    undos.clear()
    for (const tx of transactions) Promise.resolve(space.abort(tx)).catch(() => {})
    transactions.clear()
  })
  return () => {
    off()
    offClose()
  }
}

/** The space at the other end of `channel`. @throws SL_SPACE_DIED, from every operation, once the channel is gone. */
export const remote = async (channel: Channel): Promise<Space> => {
  const waiting = new Map<number, { resolve(v: unknown): void; reject(e: unknown): void }>()
  let last = 0
  let dead: StreamlineError | undefined
  channel.onMessage((m) => {
    const a = m as Answer
    const w = waiting.get(a?.re)
    if (!w) return
    waiting.delete(a.re)
    if (a.error) w.reject(asError(a.error, 'SL_PROTOCOL'))
    else w.resolve(a.ok)
  })
  channel.onClose((reason) => {
    dead = new StreamlineError('SL_SPACE_DIED', `space ${channel.ends[1]} is gone: ${reason}`)
    for (const w of waiting.values()) w.reject(dead)
    waiting.clear()
  })
  const call = (op: Operation, ...args: unknown[]): Promise<never> =>
    new Promise((resolve, reject) => {
      if (dead) return reject(dead)
      waiting.set(++last, { resolve: resolve as (v: unknown) => void, reject })
      try {
        channel.send({ v: PROTOCOL, id: last, op, args })
      } catch (e) {
        waiting.delete(last)
        reject(asError(e, 'SL_SPACE_DIED'))
      }
    })
  /** Undo of the step that call `id` made; the other end has undone it by itself when it is dead. */
  const undoOf =
    (id: number): Undo =>
    () =>
      dead ? undefined : call('undo', id)
  const step = async (op: Operation, ...args: unknown[]): Promise<Undo> => {
    const answer = call(op, ...args)
    const id = last
    await answer
    return undoOf(id)
  }
  const about = (await call('hello')) as { name: string; depth: number; targets: string[] }
  return {
    ...about,
    discover: (v, offers) => call('discover', v, offers),
    instantiate: (placed, tx) => step('instantiate', placed, tx),
    connect: async (edge, tx) => {
      const answer = call('connect', edge, tx)
      const id = last
      return { undo: undoOf(id), port: ((await answer) as { port?: unknown } | undefined)?.port }
    },
    activate: (v, tx) => step('activate', v, tx),
    done: (tx) => call('done', tx),
    stop: (tx) => call('stop', tx),
    abort: (tx) => (dead ? Promise.resolve() : call('abort', tx)),
    counters: (tx) => call('counters', tx),
    census: () => call('census'),
    close: async () => {
      if (!dead) await call('close')
      channel.close()
    },
  }
}
