import { md5 } from '../hash/md5.js'

const COOKIE = 16
const LISTS = 10
const MAX_NAME_BYTES = 32768

/** The name-lists of a key exchange message (RFC 4253 §7.1), each as it stands there: names with commas between. */
export interface KeyExchange {
  readonly kex: string
  readonly hostKey: string
  /** From client to server, from server to client. */
  readonly cipher: readonly [string, string]
  readonly mac: readonly [string, string]
  readonly compression: readonly [string, string]
}

const isName = (c: number): boolean => c > 32 && c < 127

/** Reads message b[at, end), from its number on; undefined when it is none. */
export const readKeyExchange = (b: Uint8Array, at: number, end: number): KeyExchange | undefined => {
  const lists: string[] = []
  at += 1 + COOKIE
  for (let i = 0; i < LISTS; i++) {
    if (at + 4 > end) return undefined
    const length = (b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!
    at += 4
    if (length < 0 || length > MAX_NAME_BYTES || at + length > end) return undefined
    let text = ''
    for (const stop = at + length; at < stop; at++) {
      if (!isName(b[at]!)) return undefined
      text += String.fromCharCode(b[at]!)
    }
    lists.push(text)
  }
  // What follows: whether a guess is sent along, and four reserved bytes.
  if (at + 5 > end) return undefined
  const [kex, hostKey, c1, c2, m1, m2, z1, z2] = lists as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  return { kex, hostKey, cipher: [c1, c2], mac: [m1, m2], compression: [z1, z2] }
}

/** Fingerprint of a client (`side` 0) or server (1) by the algorithms that it offers for what it sends. */
export const hassh = ({ kex, cipher, mac, compression }: KeyExchange, side: 0 | 1): string => {
  const text = [kex, cipher[side], mac[side], compression[side]].join(';')
  return md5(Uint8Array.from(text, (c) => c.charCodeAt(0)))
}

/** The first name of the client's list that the server has, too (RFC 4253 §7.1). */
const chosen = (client: string, server: string): string | undefined => {
  const offered = new Set(server.split(','))
  return client.split(',').find((name) => name !== '' && offered.has(name))
}

/** These ciphers authenticate by themselves: the MAC that the lists agree on is not used. */
const isWhole = (cipher: string | undefined): boolean => cipher !== undefined && /gcm|poly1305|^AEAD_/.test(cipher)

/** What the two agree on, in the order in which it is written; what they don't agree on is left out. */
export const negotiated = (client: KeyExchange, server: KeyExchange): [string, string][] => {
  const found: [string, string | undefined][] = [
    ['kex', chosen(client.kex, server.kex)],
    ['hostKey', chosen(client.hostKey, server.hostKey)],
  ]
  for (const side of [0, 1] as const) {
    const cipher = chosen(client.cipher[side], server.cipher[side])
    const suffix = side === 0 ? '' : 'Back'
    found.push([`cipher${suffix}`, cipher])
    if (!isWhole(cipher)) found.push([`mac${suffix}`, chosen(client.mac[side], server.mac[side])])
    found.push([`compression${suffix}`, chosen(client.compression[side], server.compression[side])])
  }
  return found.filter((pair): pair is [string, string] => pair[1] !== undefined)
}
