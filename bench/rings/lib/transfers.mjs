// Ways for blocks from one process (or thread) to another, all with the same options: bytes of a block, cpus, seconds,
// warm. Each gives what peers/common.h and lib/end.mjs count: { writer, reader }.
import { runC, runNode } from './peers.mjs'

/** Our rings between processes, or threads (by: 'threads'). */
export const ours = (options) => runNode('sides/transfer.mjs', options)

/** A ring written by hand in C, whichever way of committing is the faster one at this size and just now. */
export const cRing = (options) => {
  const all = [{ commit: 'length' }, { commit: 'tail', batch: 16 }].map((how) => runC('ring', { ...options, ...how }))
  return all.reduce((best, one) => (rateOf(one) > rateOf(best) ? one : best))
}

/** pipe(2) in C, whichever is faster: reading as much as was written at once, or as much as there is. */
export const cPipe = (options) => {
  const reads = options.bytes < 65536 ? [options.bytes, 65536] : [options.bytes]
  const all = reads.map((read) => runC('stream', { ...options, way: 'pipe', read }))
  return all.reduce((best, one) => (rateOf(one) > rateOf(best) ? one : best))
}

export const cSocket = (options) => runC('stream', { ...options, way: 'socket', read: Math.max(options.bytes, 65536) })
export const nodeStream = (way) => (options) => runNode('peers/stream.mjs', { ...options, way })
export const messagePort = (way) => (options) => runNode('peers/message-port.mjs', { ...options, way })
export const ringbuf = (words) => (options) => runNode('peers/ringbuf.mjs', { ...options, words })

/** Blocks per second, as the reader counts them. */
export const rateOf = ({ reader }) => reader.blocks / reader.seconds

/** Nanoseconds of processor per block that the writer uses. */
export const writerCpu = ({ writer }) => ((writer.user + writer.system) / writer.blocks) * 1e9
