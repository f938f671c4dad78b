/**
 * What a block's window holds. 0..65535 are link types by their DLT number (LINKTYPE_ registry); the kinds below
 * are what functional elements hand on; a third party names its own with {@link kindNumber}.
 */
export const KIND = {
  /** An IPv4 or IPv6 packet, first byte = version; extension headers included. */
  ip: 0x10000,
  /** A UDP payload. */
  udp: 0x10001,
  /** Part of one direction of a TCP stream, in order. */
  tcp: 0x10002,
  /** Bytes that nobody has interpreted. */
  bytes: 0x10003,
  /** One message of an application protocol. */
  message: 0x10004,
} as const

/** Number of a kind's name. Manifests also say `link` (any link type) and `any`. Unknown names hash to ≥ 0x20000. */
export const kindNumber = (name: string): number => {
  const known = (KIND as Record<string, number>)[name]
  if (known !== undefined) return known
  if (/^\d+$/.test(name)) return Number(name)
  let hash = 0x811c9dc5
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  return 0x20000 + ((hash >>> 0) % 0x3ffe0000)
}

/** Does a window of this kind fit one of the kinds that an input declares? */
export const kindFits = (kind: number, inputs: readonly string[]): boolean =>
  inputs.length === 0 ||
  inputs.some((name) => name === 'any' || (name === 'link' ? kind < 0x10000 : kindNumber(name) === kind))
