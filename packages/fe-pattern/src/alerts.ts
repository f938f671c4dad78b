import { type Block, type Context, KIND, type Ring } from '@netstreamline/core'
import type { Ends } from './ends.js'
import type { Rule } from './rules/rule.js'

/** How an alert is written. */
export type AlertFormat = 'alerts' | 'json'

const LONGEST = 1024
const encoder = new TextEncoder()

const end = (address: string | undefined, port: number): string => {
  const host = address === undefined ? '?' : address.includes(':') ? `[${address}]` : address
  return port > 0 ? `${host}:${port}` : host
}

/** Hands on one block of text for each alert: a line, its line feed included. */
export class Alerts {
  written = 0
  readonly #context: Context
  readonly #format: AlertFormat
  readonly #ring: Ring
  #used = 0

  constructor(context: Context, format: AlertFormat) {
    this.#context = context
    this.#format = format
    this.#ring = context.alloc(64 * LONGEST)
  }

  /** @param position bytes of the stream (or of the block) up to the end of the match */
  write(rule: Rule, block: Block, ends: Ends, position: number, inStream: boolean): void {
    const line =
      this.#format === 'json'
        ? json(rule, block, ends, position, inStream)
        : plain(rule, block, ends, position, inStream)
    const text = encoder.encode(`${line}\n`).subarray(0, LONGEST)
    const { base, size, id } = this.#ring
    if (size - (this.#used % size) < text.length) this.#used += size - (this.#used % size)
    const offset = base + (this.#used % size)
    this.#ring.reclaim(offset, text.length)
    this.#context.bytes.set(text, offset)
    const place = { offset, length: text.length, ring: id, position: this.#used, l3: -1, l4: -1, proto: -1 }
    this.#used += text.length
    this.written++
    this.#context.emit({ ...place, kind: KIND.message, stream: block.stream, flags: 0, classifier: rule.id })
  }

  free(): void {
    this.#ring.free()
  }
}

const time = ({ seconds, nanoseconds }: Block): string => `${seconds}.${String(nanoseconds).padStart(9, '0')}`

const plain = ({ id, name }: Rule, block: Block, ends: Ends, position: number, inStream: boolean): string => {
  const who = `${end(ends.src, ends.sport)} > ${end(ends.dst, ends.dport)}`
  return `${time(block)} ${id} ${name} ${who}${inStream ? ` stream ${block.stream}` : ''} byte ${position}`
}

const json = ({ id, name }: Rule, block: Block, ends: Ends, position: number, inStream: boolean): string => {
  const { src, dst, sport, dport } = ends
  return JSON.stringify({
    time: time(block),
    rule: id,
    name,
    ...(src !== undefined && { src }),
    ...(sport > 0 && { sport }),
    ...(dst !== undefined && { dst }),
    ...(dport > 0 && { dport }),
    ...(inStream && { stream: block.stream }),
    byte: position,
  })
}
