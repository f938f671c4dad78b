/** `a`, `a.b`, … `a.b.c.d` in decimal: the value of the given bytes and how many bits they are; undefined when none. */
export const parseIp4 = (text: string): { readonly value: number; readonly bits: number } | undefined => {
  const parts = text.split('.')
  let value = 0
  for (const part of parts) {
    if (!/^\d{1,9}$/.test(part) || Number(part) > 255) return undefined
    value = value * 256 + Number(part)
  }
  return parts.length > 4 ? undefined : { value, bits: 8 * parts.length }
}

/** `value << bits` as a u32, also for 32 bits. */
export const shiftLeft = (value: number, bits: number): number => (bits >= 32 ? 0 : (value << bits) >>> 0)

/** The bytes of a MAC address in any of its notations: `:`, `-` or `.` between bytes, `.` between pairs, or none. */
export const parseMac = (text: string): number[] => {
  const parts = text.split(/[:.-]/)
  const hex = parts.length === 6 ? parts : (parts.join('').match(/../g) ?? [])
  return hex.map((h) => Number.parseInt(h, 16))
}
