import { open, openSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { DescriptorOutlet } from './descriptor-outlet.node.js'
import { promised } from './disk-file.node.js'
import { StreamOutlet } from './stream-outlet.node.js'

/**
 * Where bytes can be sent: a path, a descriptor, a `FileHandle`, or a stream, also the response of an HTTP server.
 * Only a path is opened (and made, or emptied) and closed here.
 */
export type Destination = string | URL | number | FileHandle | Writable

/** A destination, while something is sent to it. */
export interface Outlet {
  /** What the system may write to without this process; undefined: it has to be done with `write`. */
  readonly fd: number | undefined
  /** Is this a response without a body? It is read by nobody. */
  readonly takesNothing: boolean
  /** Is `write` done with the bytes when it resolves? If not it must be given bytes of its own. */
  readonly isDoneInTime: boolean
  /** Called when it was closed by others. */
  onClosed: ((problem: unknown) => void) | undefined
  /** Waits until what others have written is under way. */
  take(): Promise<void>
  /** What others write waits from now on, until `letIn` or the next `write`; only of what has an `fd`. */
  keepOut(): void
  letIn(): void
  /** Writes all of it. When this resolves or rejects, nobody looks at `bytes` any more. */
  write(bytes: Uint8Array): Promise<void>
  /** Says that bytes went by another way. @throws SL_BROKEN_PIPE when it was closed */
  moved(): void
  /** Nothing more comes, and a `write` that is under way shall end soon: a stream is destroyed. */
  abandon(): void
  give(): Promise<void>
}

/** @throws what the system says */
export const outletTo = async (to: Destination): Promise<Outlet> => {
  if (typeof to === 'number') return new DescriptorOutlet(to)
  if (typeof to === 'string' || to instanceof URL) {
    return new DescriptorOutlet(await promised<number>((done) => open(to, 'w', done)), true)
  }
  return 'cork' in to ? new StreamOutlet(to) : new DescriptorOutlet(to.fd)
}

/** The same for a thread that may stand still; only of what such a thread can write to. */
export const outletToSync = (to: string | URL | number): DescriptorOutlet =>
  typeof to === 'number' ? new DescriptorOutlet(to) : new DescriptorOutlet(openSync(to, 'w'), true)
