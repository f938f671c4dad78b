// Our rings, as the sides use them: the only place where the package's calls to make and to join rings stand.
import { attachArena, attachRingReader, createArena, createRingWriter, observeRing } from '@netstreamline/rings'
import { createSharedRing, openSharedRing } from '@netstreamline/rings/node'

export { createArena }

/** A kind, and for slots their size. */
const shape = ({ kind = 'd', ring = 2 ** 20, bytes = 64 }) => ({ kind, bytes: ring, slotBytes: bytes })

/** An arena that holds a ring of that size and what its ends need beside. */
export const arenaFor = (ring, beside = 2 ** 20) => createArena({ bytes: 2 * ring + beside + 2 ** 20 })

/** Both ends in one thread. */
export const localRing = (arena, options, more = {}) => {
  const writer = createRingWriter(arena, { ...shape(options), ...more })
  return { writer, reader: attachRingReader(arena, writer.descriptor) }
}

/** The writing end of a ring between threads, and what a thread needs to join it. */
export const threadRing = (arena, options) => {
  const writer = createRingWriter(arena, shape(options))
  return { writer, invite: () => ({ memory: arena.memory, invitation: writer.invite() }) }
}

/** A thread joins. `bytes` of the arena are its own. */
export const joinThread = ({ memory, invitation, from, to }) => {
  const arena = attachArena(memory, from, to)
  return { arena, reader: attachRingReader(arena, invitation) }
}

/** The writing end of a ring between processes. */
export const processRing = (arena, name, options) =>
  createSharedRing({ ...shape(options), name, arena, maxReaders: Math.max(8, options.readers ?? 1) })

/** A process joins. */
export const joinProcess = (arena, name) => openSharedRing(name, { arena })

/** Bytes of each lap that are used now. */
export const sizeOf = (arena, writer) => observeRing(arena, writer.descriptor).perceived
