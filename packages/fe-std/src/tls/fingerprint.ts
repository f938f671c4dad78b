import { md5 } from '../hash/md5.js'
import { sha256 } from '../hash/sha256.js'
import { ascii } from '../text/json.js'
import { type Hello, isGrease, type Range, u16 } from './hello.js'

/** Numbers of two bytes, without those of GREASE. */
const words = (b: Uint8Array, { at, end }: Range): number[] => {
  const found: number[] = []
  for (; at + 2 <= end; at += 2) if (!isGrease(u16(b, at))) found.push(u16(b, at))
  return found
}

/** Types of the extensions, without those of GREASE. */
const extensionTypes = (b: Uint8Array, { at, end }: Range): number[] => {
  const found: number[] = []
  for (; at + 4 <= end; at += 4 + u16(b, at + 2)) if (!isGrease(u16(b, at))) found.push(u16(b, at))
  return found
}

/** JA3 of a client's hello: version, cipher suites, extensions, groups, point formats. */
export const ja3Text = (b: Uint8Array, hello: Hello): string => {
  const formats = Array.from(b.slice(hello.formats.at, hello.formats.end))
  const lists = [words(b, hello.ciphers), extensionTypes(b, hello.extensions), words(b, hello.groups), formats]
  return [hello.legacy, ...lists.map((list) => list.join('-'))].join(',')
}

/** JA3S of a server's hello: version, cipher suite, extensions. */
export const ja3sText = (b: Uint8Array, hello: Hello): string =>
  [hello.legacy, hello.cipher, extensionTypes(b, hello.extensions).join('-')].join(',')

export const ja3 = (text: string): string => md5(ascii(text))

const VERSIONS: Readonly<Record<number, string>> = { 768: 's3', 769: '10', 770: '11', 771: '12', 772: '13' }

const hex = (n: number): string => n.toString(16).padStart(4, '0')
const count = (n: number): string => String(Math.min(n, 99)).padStart(2, '0')
const digest = (text: string): string => sha256(ascii(text)).slice(0, 12)
const NONE = '000000000000'

const isAlphanumeric = (c: number): boolean => (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122)

/** First and last character of the first protocol; of its hexadecimal form when they are no letters or digits. */
const protocol = (b: Uint8Array, { at, end }: Range): string => {
  const length = at < end ? Math.min(b[at]!, end - at - 1) : 0
  if (length === 0) return '00'
  const [first, last] = [b[at + 1]!, b[at + length]!]
  if (isAlphanumeric(first) && isAlphanumeric(last)) return String.fromCharCode(first, last)
  return (first >> 4).toString(16) + (last & 15).toString(16)
}

/** JA4 of a client's hello over TCP (FoxIO, JA4: TLS client fingerprinting). */
export const ja4 = (b: Uint8Array, hello: Hello): string => {
  const ciphers = words(b, hello.ciphers)
  const extensions = extensionTypes(b, hello.extensions)
  const named = extensions.includes(0) ? 'd' : 'i'
  const version = VERSIONS[hello.version] ?? '00'
  const first = `t${version}${named}${count(ciphers.length)}${count(extensions.length)}${protocol(b, hello.protocols)}`
  // Server name and protocols differ with the destination.
  const others = extensions.filter((type) => type !== 0 && type !== 16)
  const signatures = words(b, hello.signatures)
  const third = others.map(hex).sort().join(',') + (signatures.length > 0 ? `_${signatures.map(hex).join(',')}` : '')
  const second = ciphers.length > 0 ? digest(ciphers.map(hex).sort().join(',')) : NONE
  return `${first}_${second}_${extensions.length > 0 ? digest(third) : NONE}`
}
