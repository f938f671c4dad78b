import { type Service, service } from '../names/services.js'
import type { Qualifiers } from '../parser/ast.js'
import type { Condition } from './condition.js'
import { IP_PROTO } from './numbers.js'
import { port } from './port.js'
import type { State } from './state.js'

const protocols: Record<string, number> = { tcp: IP_PROTO.tcp, udp: IP_PROTO.udp, sctp: IP_PROTO.sctp }
const names: Record<number, string> = { [IP_PROTO.tcp]: 'tcp', [IP_PROTO.udp]: 'udp', [IP_PROTO.sctp]: 'sctp' }

/** The transport protocol that the qualifiers ask for; undefined for any. @throws SL_FILTER */
const wanted = (s: State, { proto, addr }: Qualifiers): number | undefined => {
  if (proto !== 'default' && protocols[proto] === undefined)
    s.fail(`illegal qualifier of '${addr}'`, 'tcp, udp or sctp')
  return protocols[proto]
}

const checkRange = (s: State, value: number): void => {
  if (value > 65535) s.fail(`illegal port number ${value} > 65535`)
}

/** `port 80`, `portrange 80`. @throws SL_FILTER */
export const numberedPort = (s: State, value: number, q: Qualifiers): Condition => {
  const proto = wanted(s, q)
  checkRange(s, value)
  return port(s, { low: value, high: value, range: q.addr === 'portrange' }, proto, q.dir)
}

/** `a-b`, `a`, by number or by name. */
const parseRange = (text: string): { low: number; high: number; proto: number | undefined } | undefined => {
  const dash = text.indexOf('-')
  const ends: (Service | undefined)[] =
    dash < 0 ? [service(text)] : [service(text.slice(0, dash)), service(text.slice(dash + 1))]
  const [first, last = first] = ends
  if (!first || !last) return undefined
  const proto = first.proto === last.proto ? first.proto : undefined
  return { low: Math.min(first.port, last.port), high: Math.max(first.port, last.port), proto }
}

/** `port http`, `portrange 1024-5000`. @throws SL_FILTER */
export const namedPort = (s: State, text: string, q: Qualifiers): Condition => {
  const range = q.addr === 'portrange'
  const asked = wanted(s, q)
  const one = range ? undefined : service(text)
  const found = range ? parseRange(text) : one && { low: one.port, high: one.port, proto: one.proto }
  const noun = range ? 'port in range' : 'port'
  if (!found) return s.fail(`unknown ${noun} '${text}'`, 'give the number; only well-known services are known by name')
  if (asked !== undefined && found.proto !== undefined && found.proto !== asked) {
    s.fail(`${noun} '${text}' is ${names[found.proto]}`)
  }
  checkRange(s, found.low)
  checkRange(s, found.high)
  return port(s, { low: found.low, high: found.high, range }, asked ?? found.proto, q.dir)
}
