import { type Context, KIND } from '@netstreamline/core'
import type { CopyRing } from '../copy-ring.js'
import type { Streams } from '../streams/streams.js'
import { endsOfStream } from '../text/endpoints.js'
import { ascii, JsonWriter } from '../text/json.js'
import { ja3, ja3sText, ja3Text, ja4 } from './fingerprint.js'
import { CLIENT_HELLO, type Hello, type Range } from './hello.js'
import { ALERT, type TlsSide } from './side.js'

const MAX_NAME = 1024
const MAX_PROTOCOLS = 1024
/** More than a line can take: a name, protocols, fingerprints, ends, numbers. */
export const MAX_TLS_LINE = 8192

const key = (name: string): Uint8Array => ascii(`,"${name}":`)
const TIME = ascii('{"time":')
const NAME = key('sni')
const PROTOCOLS = key('alpn')
const PROTOCOL = key('protocol')
const CUT = ascii(',"cut":true')
const CLOSE = ascii('}\n')
const COMMA = ascii(',')
const OPEN_LIST = ascii('[')
const CLOSE_LIST = ascii(']')

const VERSIONS = ['SSL 3.0', 'TLS 1.0', 'TLS 1.1', 'TLS 1.2', 'TLS 1.3']
const versionText = (version: number): string =>
  VERSIONS[version - 0x0300] ?? `0x${version.toString(16).padStart(4, '0')}`

/** Writes a line of JSON for each connection, when both hellos have come or nothing more will be known. */
export class TlsLog {
  readonly #context: Context
  readonly #ring: CopyRing
  readonly #streams: Streams<TlsSide>
  readonly #hello: Hello
  readonly #scratch = new Uint8Array(MAX_TLS_LINE)
  readonly #writer = new JsonWriter(this.#scratch)

  constructor(context: Context, ring: CopyRing, streams: Streams<TlsSide>, hello: Hello) {
    this.#context = context
    this.#ring = ring
    this.#streams = streams
    this.#hello = hello
  }

  /** A side has said its hello, which begins at `at`; or an alert. */
  hello(side: TlsSide, peer: TlsSide | undefined, b: Uint8Array, at: number): void {
    side.seconds = this.#streams.seconds
    side.nanoseconds = this.#streams.nanoseconds
    side.ends = endsOfStream(this.#context.stream(side.stream), side.type !== CLIENT_HELLO)
    this.#writer.bytes = this.#scratch
    this.#writer.at = 0
    this.#writer.cut = false
    if (side.type === ALERT) this.#text('alert', String(side.alert), false)
    else {
      this.#hello.read(b, at, at + side.length)
      if (side.type === CLIENT_HELLO) this.#client(b)
      else this.#server(b)
    }
    if (this.#writer.cut) this.#writer.raw(CUT)
    side.text = this.#scratch.slice(0, this.#writer.at)
    if (peer !== undefined && peer.stream >= 0) this.end(side, peer)
  }

  /** What is known now is all that will be said. */
  end(side: TlsSide, peer: TlsSide | undefined): void {
    if (side.logged) return
    side.logged = true
    const other = peer !== undefined && peer.stream >= 0 ? peer : undefined
    if (peer !== undefined) peer.logged = true
    const [client, server] = side.type === CLIENT_HELLO ? [side, other] : [other, side]
    const first = client ?? side
    const w = this.#writer
    const offset = this.#ring.reserve(3 * MAX_TLS_LINE)
    w.bytes = this.#context.bytes
    w.at = offset
    w.raw(TIME)
    w.time(first.seconds, first.nanoseconds)
    w.raw(side.ends)
    if (client !== undefined) w.raw(client.text)
    if (server !== undefined) w.raw(server.text)
    w.raw(CLOSE)
    const length = w.at - offset
    this.#ring.take(length)
    const version = server !== undefined && server.type !== ALERT ? server.version : first.version
    this.#streams.emitOwn(side.stream, KIND.bytes, version, offset, length, this.#ring)
  }

  #client(b: Uint8Array): void {
    const hello = this.#hello
    this.#text('offered', versionText(hello.version))
    if (hello.name.end > hello.name.at) {
      this.#writer.raw(NAME)
      this.#writer.string(b, hello.name.at, hello.name.end, MAX_NAME)
    }
    if (hello.protocols.end > hello.protocols.at) {
      this.#writer.raw(PROTOCOLS)
      this.#writer.raw(OPEN_LIST)
      this.#protocols(b, hello.protocols)
      this.#writer.raw(CLOSE_LIST)
    }
    this.#text('ja3', ja3(ja3Text(b, hello)))
    this.#text('ja4', ja4(b, hello))
  }

  #server(b: Uint8Array): void {
    const hello = this.#hello
    this.#text('version', versionText(hello.version))
    this.#text('cipher', hello.cipher.toString(16).padStart(4, '0'))
    if (hello.protocols.end > hello.protocols.at) {
      this.#writer.raw(PROTOCOL)
      this.#protocols(b, { at: hello.protocols.at, end: hello.protocols.at + 1 + b[hello.protocols.at]! })
    }
    this.#text('ja3s', ja3(ja3sText(b, hello)))
  }

  /** Names, each with its length before it; as many as there is room for. */
  #protocols(b: Uint8Array, { at, end }: Range): void {
    const w = this.#writer
    const last = w.at + MAX_PROTOCOLS
    for (let first = true; at < end; first = false) {
      const next = Math.min(end, at + 1 + b[at]!)
      if (w.at > last) {
        w.cut = true
        return
      }
      if (!first) w.raw(COMMA)
      w.string(b, at + 1, next, MAX_NAME)
      at = next
    }
  }

  #text(name: string, value: string, quoted = true): void {
    this.#writer.raw(ascii(`,"${name}":${quoted ? `"${value}"` : value}`))
  }
}
