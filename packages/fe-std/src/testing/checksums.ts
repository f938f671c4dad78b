/** Packets with their checksums, computed from scratch: what a translation is held against. */

const sumOf = (bytes: Uint8Array): number => {
  let sum = 0
  for (let i = 0; i < bytes.length; i++) sum += i & 1 ? bytes[i]! : bytes[i]! << 8
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 65536)
  return sum
}
const concat = (...parts: (Uint8Array | readonly number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((p) => [...p]))
const two = (n: number): number[] => [(n >> 8) & 255, n & 255]
const put = (bytes: Uint8Array, at: number, value: number): void => void bytes.set(two(value), at)

export const TCP = 6
export const UDP = 17
export const ICMP = 1
export const ICMP6 = 58

const PLACE: Readonly<Record<number, number>> = { [TCP]: 16, [UDP]: 6, [ICMP]: 2, [ICMP6]: 2 }

/** What the transport checksum covers. */
const covered = (src: Uint8Array, dst: Uint8Array, proto: number, payload: Uint8Array): Uint8Array =>
  proto === ICMP ? payload : concat(src, dst, [0, proto], two(payload.length), payload)

/** An IP packet; `payload` is the transport header and what follows, its checksum is filled in. */
export const packet = (
  src: Uint8Array,
  dst: Uint8Array,
  proto: number,
  payload: Uint8Array,
  checksum = true,
): Uint8Array => {
  const body = payload.slice()
  if (checksum) {
    put(body, PLACE[proto]!, 0)
    const sum = sumOf(covered(src, dst, proto, body)) ^ 0xffff
    put(body, PLACE[proto]!, proto === UDP && sum === 0 ? 0xffff : sum)
  }
  if (src.length === 16) return concat([0x60, 0, 0, 0], two(body.length), [proto, 64], src, dst, body)
  const header = concat([0x45, 0], two(20 + body.length), [0, 7, 0, 0, 64, proto, 0, 0], src, dst)
  put(header, 10, sumOf(header) ^ 0xffff)
  return concat(header, body)
}

/** Which checksums of a whole packet are wrong. */
export const wrong = (bytes: Uint8Array): string[] => {
  const six = bytes[0]! >> 4 === 6
  const [header, size, at] = six ? [40, 16, 8] : [20, 4, 12]
  const proto = bytes[six ? 6 : 9]!
  const found: string[] = []
  if (!six && sumOf(bytes.subarray(0, 20)) !== 0xffff) found.push('ip')
  const payload = bytes.subarray(header)
  const none = proto === UDP && payload[6] === 0 && payload[7] === 0
  const sum = sumOf(covered(bytes.subarray(at, at + size), bytes.subarray(at + size, at + 2 * size), proto, payload))
  if (!none && sum !== 0xffff) found.push(String(proto))
  return found
}

export const tcp = (sport: number, dport: number, flags = 16, data: readonly number[] = []): Uint8Array =>
  concat(two(sport), two(dport), [0, 0, 0, 1, 0, 0, 0, 1, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0], data)
export const udp = (sport: number, dport: number, data: readonly number[] = []): Uint8Array =>
  concat(two(sport), two(dport), two(8 + data.length), [0, 0], data)
export const icmp = (
  type: number,
  code: number,
  rest: readonly number[],
  data: Uint8Array | readonly number[] = [],
): Uint8Array => concat([type, code, 0, 0], rest, data)
