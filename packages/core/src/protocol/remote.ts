import { asError, StreamlineError } from '../errors.js'
import type { Channel, Implementation, Space, SpaceCounters, Undo } from '../space.js'
import { type Answer, errorFrom, isObject, MAX_PENDING, type Operation, PROTOCOL } from './messages.js'

interface Waiting {
  readonly id: number
  readonly answer: Promise<unknown>
}

const wrong = (op: string) => new StreamlineError('SL_PROTOCOL', `the other end's answer to '${op}' is malformed`)

/** Calls over a channel. A call's promise settles with its answer or with the channel's death, whichever is first. */
const caller = (channel: Channel) => {
  const waiting = new Map<number, { resolve(v: unknown): void; reject(e: unknown): void }>()
  let last = 0
  let dead: StreamlineError | undefined
  const die = (reason: string): void => {
    dead ??= new StreamlineError('SL_SPACE_DIED', `space '${channel.ends[1]}' is gone: ${reason}`, {
      space: channel.ends[1],
      hint: 'what it ran has been released; start the request again once the space is back',
    })
    for (const w of waiting.values()) w.reject(dead)
    waiting.clear()
  }
  const off = channel.onMessage((m) => {
    if (!isObject(m) || typeof m['re'] !== 'number') return
    const { v, re, ok, error } = m as unknown as Answer
    const w = waiting.get(re)
    if (!w) return
    waiting.delete(re)
    if (error !== undefined) w.reject(errorFrom(error))
    else if (v !== PROTOCOL) w.reject(new StreamlineError('SL_PROTOCOL', `it answers in version ${String(v)}`))
    else w.resolve(ok)
  })
  const offClose = channel.onClose(die)
  const start = (op: Operation, ...args: unknown[]): Waiting => {
    const id = ++last
    const answer = new Promise<unknown>((resolve, reject) => {
      if (dead) return reject(dead)
      if (waiting.size >= MAX_PENDING) return reject(new StreamlineError('SL_PROTOCOL', 'too many calls at a time'))
      waiting.set(id, { resolve, reject })
      try {
        channel.send({ v: PROTOCOL, id, op, args })
      } catch (e) {
        waiting.delete(id)
        reject(asError(e, 'SL_PROTOCOL'))
      }
    })
    return { id, answer }
  }
  return {
    start,
    call: (op: Operation, ...args: unknown[]): Promise<unknown> => start(op, ...args).answer,
    /** For what the other end does by itself when the channel dies: that counts as done. */
    async reverse(op: Operation, ...args: unknown[]): Promise<void> {
      if (dead) return
      try {
        await start(op, ...args).answer
      } catch (e) {
        if (!dead) throw e
      }
    },
    end(reason: string): void {
      off()
      offClose()
      die(reason)
    },
  }
}

/**
 * The space at the other end of `channel`. Its operations fail with SL_SPACE_DIED once the channel is gone; undo and
 * abort then succeed, because the other end reverses by itself.
 * @throws SL_SPACE_DIED SL_PROTOCOL
 */
export const remote = async (channel: Channel): Promise<Space> => {
  const { start, call, reverse, end } = caller(channel)
  const undoOf = (id: number): Undo => {
    let undone: Promise<void> | undefined
    return () => (undone ??= reverse('undo', id))
  }
  const step = async (op: Operation, ...args: unknown[]): Promise<Undo> => {
    const { id, answer } = start(op, ...args)
    await answer
    return undoOf(id)
  }
  const about = await call('hello').catch((e) => {
    end('it did not greet')
    throw e
  })
  const { name, depth, targets } = (about ?? {}) as Record<string, unknown>
  const greeted =
    typeof name === 'string' &&
    Number.isFinite(depth) &&
    Array.isArray(targets) &&
    targets.every((t) => typeof t === 'string')
  if (!greeted) {
    end('it did not greet')
    throw wrong('hello')
  }
  return {
    name,
    depth: depth as number,
    targets: targets as string[],
    channels: [{ ends: channel.ends }],
    async discover(vertex, offers) {
      const found = await call('discover', vertex, offers)
      if (!Array.isArray(found) || !found.every(isObject)) throw wrong('discover')
      return found as unknown as Implementation[]
    },
    instantiate: (placed, tx) => step('instantiate', placed, tx),
    async connect(edge, tx) {
      const { id, answer } = start('connect', edge, tx)
      const made = await answer
      return { undo: undoOf(id), port: isObject(made) ? made['port'] : undefined }
    },
    activate: (vertex, tx) => step('activate', vertex, tx),
    async done(tx) {
      await call('done', tx)
    },
    async stop(tx) {
      await call('stop', tx)
    },
    abort: (tx) => reverse('abort', tx),
    async counters(tx) {
      const counted = await call('counters', tx)
      if (!isObject(counted) || !isObject(counted['vertices']) || !Array.isArray(counted['edges']))
        throw wrong('counters')
      return counted as unknown as SpaceCounters
    },
    async census() {
      const counted = await call('census')
      if (!isObject(counted)) throw wrong('census')
      return counted as Record<string, number>
    },
    async close() {
      await reverse('close')
      end('it was closed')
      channel.close()
    },
  }
}
