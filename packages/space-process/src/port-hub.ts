import { StreamlineError } from '@netstreamline/core'

/** One end of a port: woken by the other end, told when the other end's thread is gone. */
export interface PortEnd {
  wake(): void
  died(hub: number, reason: string): void
}

/**
 * Where the ports of one thread meet those of others. A hub is known by a random number; a peer is a thread that a
 * doorbell leads to. What is posted names the end to wake and says nothing else: the facts are in shared memory.
 */
class Hub {
  /** 1..2^31-1. */
  readonly number: number = 1 + Math.floor(Math.random() * (2 ** 31 - 1))
  readonly #ends = new Map<string, PortEnd>()
  readonly #peers = new Map<number, (end: string) => void>()
  #last = 0

  /** A number that no other port made here has. */
  next(): number {
    return ++this.#last
  }
  add(name: string, end: PortEnd): void {
    this.#ends.set(name, end)
  }
  remove(name: string): void {
    this.#ends.delete(name)
  }
  /** A way to wake the ends of another thread. */
  connect(hub: number, post: (end: string) => void): void {
    this.#peers.set(hub, post)
  }
  /** Can ends of that hub be woken from here? */
  reaches(hub: number): boolean {
    return hub === this.number || this.#peers.has(hub)
  }
  /** Wakes an end, here or in another thread. Nothing happens when it is gone. */
  ring(hub: number, end: string): void {
    if (hub === this.number) this.#ends.get(end)?.wake()
    else this.#peers.get(hub)?.(end)
  }
  /** A peer has rung. */
  rung(end: unknown): void {
    if (typeof end === 'string') this.#ends.get(end)?.wake()
  }
  /** The thread of a peer is gone: nothing of it runs any more. */
  died(hub: number, reason: string): void {
    this.#peers.delete(hub)
    for (const end of [...this.#ends.values()]) end.died(hub, reason)
  }
}

/** The hub of this thread. */
export const hub = new Hub()

/** What the user is told when the far side of an edge is gone. */
export const portDied = (name: string, reason: string): StreamlineError =>
  new StreamlineError('SL_SPACE_DIED', `the other side of ${name} is gone: ${reason}`, {
    port: name,
    hint: 'Look for the failure of the other space; then start the request again.',
  })
