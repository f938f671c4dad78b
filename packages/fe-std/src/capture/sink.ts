import { type Block, type Context, type Instance, StreamlineError } from '@netstreamline/core'
import { openWrite } from '#io'
import { BufferedOutput } from '../io/buffered-output.js'
import type { Output } from '../io.js'
import { announced, captureKind, type Encoder } from './encode.js'
import { createPcapEncoder } from './encode-pcap.js'
import { createPcapngEncoder } from './encode-pcapng.js'

export interface CaptureSinkOptions {
  readonly path: string
  readonly format: 'pcap' | 'pcapng'
  /** Cut times to microseconds (pcap only). */
  readonly micro: boolean
  /** DLT number of an empty capture, and of one that must hold nothing else. */
  readonly kind?: number
  /** Longest packet written, in bytes; 0: the longest that the link type can have. */
  readonly snaplen: number
}

/** Writes the packets that come in to a capture, and hands them on. */
export const createCaptureSink = (options: CaptureSinkOptions, context: Context): Instance => {
  const encoder: Encoder =
    options.format === 'pcapng'
      ? createPcapngEncoder(options.snaplen)
      : createPcapEncoder(options.micro, options.snaplen)
  let output: Output | undefined
  let buffer: BufferedOutput | undefined
  /** Kind of the block before, as blocks bear it and as the file does; -1 before the first. */
  let last = -1
  let kind = -1
  let limit = 0
  let packets = 0
  let cut = 0
  let complete = false

  const append = (part: Uint8Array): void => {
    if (part.length > 0) buffer?.bytes.set(part, buffer.reserve(part.length))
  }

  /** Readies the file for packets of `blockKind`. @throws SL_KIND */
  const turnTo = (blockKind: number): void => {
    const wanted = captureKind(blockKind)
    if (kind === -1) {
      kind = options.kind ?? wanted
      append(encoder.head(kind))
    }
    if (wanted !== kind) {
      const interfaceBlock = encoder.another(wanted)
      if (!interfaceBlock)
        throw new StreamlineError('SL_KIND', `a pcap file has one link type: ${kind}; this packet is of ${wanted}`, {
          path: options.path,
          hint: 'Write pcapng instead: (pcap,path=….pcapng).',
        })
      append(interfaceBlock)
      kind = wanted
    }
    last = blockKind
    limit = announced(kind, options.snaplen)
  }

  const process = (block: Block): number => {
    if (block.flags !== 0) return 1
    if (block.kind !== last) turnTo(block.kind)
    const captured = Math.min(block.length, limit)
    if (captured < block.length) cut++
    const out = buffer as BufferedOutput
    const at = out.reserve(encoder.size(block, captured))
    encoder.put(out.bytes, at, block, kind, captured)
    packets++
    return 1
  }

  return {
    async start() {
      output = await openWrite(options.path)
      buffer = new BufferedOutput(output, (e) => context.fail(e), encoder.whole)
    },
    process,
    async finish() {
      if (kind === -1) append(encoder.head(options.kind ?? 1))
      complete = true
      await buffer?.flush()
    },
    async stop() {
      // Never reached its end and has seen nothing: the file stays as it was before.
      const discard = packets === 0 && !complete
      if (!discard) await buffer?.flush()
      output?.close(discard)
      output = undefined
    },
    credit: () => buffer?.credit() ?? 0,
    ready: async () => buffer?.ready(),
    counters: () => ({ packets, bytesWritten: buffer?.written ?? 0, cut }),
  }
}
