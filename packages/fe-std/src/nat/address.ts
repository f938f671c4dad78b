/** The bytes of an address as people write it: 4 or 16; undefined for what is none. */
export const parseAddress = (text: string): Uint8Array | undefined => (text.includes(':') ? parse6(text) : parse4(text))

const parse4 = (text: string): Uint8Array | undefined => {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) return
  return Uint8Array.from(parts, Number)
}

const groups = (text: string): number[] | undefined => {
  if (text === '') return []
  const words: number[] = []
  const parts = text.split(':')
  for (const [i, part] of parts.entries()) {
    if (i === parts.length - 1 && part.includes('.')) {
      const four = parse4(part)
      if (!four) return
      words.push((four[0]! << 8) | four[1]!, (four[2]! << 8) | four[3]!)
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) words.push(Number.parseInt(part, 16))
    else return
  }
  return words
}

const parse6 = (text: string): Uint8Array | undefined => {
  const halves = text.split('::')
  if (halves.length > 2) return
  const [head, tail] = halves.map(groups)
  if (!head || (halves.length === 2 && !tail)) return
  const missing = 8 - head.length - (tail?.length ?? 0)
  if (tail ? missing < 1 : missing !== 0) return
  const words = tail ? [...head, ...new Array(missing).fill(0), ...tail] : head
  return Uint8Array.from(words.flatMap((word: number) => [word >> 8, word & 255]))
}

/** The addresses whose first `bits` are those of `address`. */
export interface Prefix {
  readonly address: Uint8Array
  readonly bits: number
}

/** `ADDRESS` or `ADDRESS/BITS`; undefined for what is none, or has bits behind its length. */
export const parsePrefix = (text: string): Prefix | undefined => {
  const [, plain = '', length] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const address = parseAddress(plain)
  if (!address) return
  const bits = length === undefined ? address.length * 8 : Number(length)
  if (bits > address.length * 8) return
  const rest = address.some((byte, i) => (byte & (0xff >> Math.min(8, Math.max(0, bits - i * 8)))) !== 0)
  return rest ? undefined : { address, bits }
}

/** Does the address at `at` of `b` lie in the prefix? Of the same family. */
export const inPrefix = ({ address, bits }: Prefix, b: Uint8Array, at: number): boolean => {
  const whole = bits >> 3
  for (let i = 0; i < whole; i++) if (b[at + i] !== address[i]) return false
  const rest = bits & 7
  return rest === 0 || (b[at + whole]! ^ address[whole]!) >> (8 - rest) === 0
}
