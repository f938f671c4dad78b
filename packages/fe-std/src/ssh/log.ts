import { type Context, KIND } from '@netstreamline/core'
import type { CopyRing } from '../copy-ring.js'
import type { Streams } from '../streams/streams.js'
import { endsOfStream } from '../text/endpoints.js'
import { ascii, JsonWriter } from '../text/json.js'
import { hassh, negotiated } from './key-exchange.js'
import { SERVER, type SshParser } from './parser.js'

const MAX_BANNER = 1024
const MAX_NAME = 256
/** More than a line can take: two banners, two fingerprints, eight names, ends, numbers. */
export const MAX_SSH_LINE = 8192

const key = (name: string): Uint8Array => ascii(`,"${name}":`)
const TIME = ascii('{"time":')
const CLIENT_BANNER = key('client')
const SERVER_BANNER = key('server')
const CUT = ascii(',"cut":true')
const CLOSE = ascii('}\n')

/** Writes a line of JSON for each connection, when both key exchanges are known or nothing more will be. */
export class SshLog {
  readonly #context: Context
  readonly #ring: CopyRing
  readonly #streams: Streams<SshParser>
  readonly #writer: JsonWriter

  constructor(context: Context, ring: CopyRing, streams: Streams<SshParser>) {
    this.#context = context
    this.#ring = ring
    this.#streams = streams
    this.#writer = new JsonWriter(context.bytes)
  }

  open(p: SshParser): void {
    p.ends = endsOfStream(this.#context.stream(p.stream), p.type === SERVER)
  }

  banner(p: SshParser, b: Uint8Array, at: number, end: number): void {
    p.banner = b.slice(at, end)
    p.seconds = this.#streams.seconds
    p.nanoseconds = this.#streams.nanoseconds
  }

  done(p: SshParser, peer: SshParser | undefined): void {
    if (peer?.over === true && peer.stream >= 0) this.end(p, peer)
  }

  /** What is known now is all that will be said. */
  end(p: SshParser, peer: SshParser | undefined): void {
    if (p.logged) return
    p.logged = true
    const other = peer !== undefined && peer.stream >= 0 ? peer : undefined
    if (peer !== undefined) peer.logged = true
    const [client, server] = p.type === SERVER ? [other, p] : [p, other]
    const offset = this.#ring.reserve(MAX_SSH_LINE)
    const w = this.#writer
    w.at = offset
    w.cut = false
    w.raw(TIME)
    const first = other !== undefined && isBefore(other, p) ? other : p
    w.time(first.seconds, first.nanoseconds)
    w.raw(p.ends)
    this.#said(client, server)
    if (w.cut) w.raw(CUT)
    w.raw(CLOSE)
    const length = w.at - offset
    this.#ring.take(length)
    this.#streams.emitOwn(p.stream, KIND.bytes, client?.names && server?.names ? 2 : 1, offset, length, this.#ring)
  }

  #said(client: SshParser | undefined, server: SshParser | undefined): void {
    if (client !== undefined) this.#string(CLIENT_BANNER, client.banner, MAX_BANNER)
    if (server !== undefined) this.#string(SERVER_BANNER, server.banner, MAX_BANNER)
    const [asked, offered] = [client?.names, server?.names]
    if (asked && offered) for (const [name, value] of negotiated(asked, offered)) this.#text(name, value)
    if (asked) this.#text('hassh', hassh(asked, 0))
    if (offered) this.#text('hasshServer', hassh(offered, 1))
  }

  #text(name: string, value: string): void {
    this.#string(key(name), ascii(value), MAX_NAME)
  }

  #string(name: Uint8Array, value: Uint8Array, most: number): void {
    this.#writer.raw(name)
    this.#writer.string(value, 0, value.length, most)
  }
}

const isBefore = (a: SshParser, b: SshParser): boolean =>
  a.seconds < b.seconds || (a.seconds === b.seconds && a.nanoseconds < b.nanoseconds)
