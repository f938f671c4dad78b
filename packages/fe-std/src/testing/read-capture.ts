import { asError, type Instance, type StreamlineError } from '@netstreamline/core'
import pcap, { type PcapOptions } from '../fe/pcap.js'
import { createContext, drain, instantiate } from './context.js'

/** A packet as a source has delivered it. */
export interface Delivered {
  seconds: number
  nanoseconds: number
  kind: number
  wire: number
  data: Uint8Array
  position: number
}

export interface ReadResult {
  packets: Delivered[]
  error?: StreamlineError
  counters: Record<string, number>
  /** Most rings alive at a time. */
  rings: number
}

/** Reads a capture to its end as a space does, `limit` packets at a time. */
export const readCapture = async (options: PcapOptions, limit = 256, size = 64 << 20): Promise<ReadResult> => {
  const context = createContext({ size, shared: true })
  const packets: Delivered[] = []
  let source: Instance | undefined
  let error: StreamlineError | undefined
  try {
    source = await instantiate(pcap, options, context)
    await source.start?.()
    await drain(
      source,
      (batch) => {
        for (let i = 0; i < batch.count; i++) {
          const offset = batch.offset[i]!
          packets.push({
            seconds: batch.seconds[i]!,
            nanoseconds: batch.nanoseconds[i]!,
            kind: batch.kind[i]!,
            wire: batch.wireLength[i]!,
            data: context.bytes.slice(offset, offset + batch.length[i]!),
            position: batch.position[i]!,
          })
        }
      },
      limit,
    )
    if (context.failures.length > 0) error = asError(context.failures[0])
  } catch (e) {
    error = asError(e)
  }
  const counters = source?.counters?.() ?? {}
  await source?.stop?.()
  return { packets, error, counters, rings: context.rings.size }
}
