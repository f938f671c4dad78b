/** The four 32-bit words of an IPv6 address, high first; undefined when the text is none (RFC 4291 §2.2). */
export const parseIp6 = (text: string): readonly number[] | undefined => {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [high, low] = halves.map(groups)
  if (!high || (halves.length === 2 && !low)) return undefined
  const missing = 8 - high.length - (low?.length ?? 0)
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  const all = [...high, ...new Array<number>(halves.length === 2 ? missing : 0).fill(0), ...(low ?? [])]
  return [0, 2, 4, 6].map((i) => ((all[i]! << 16) | all[i + 1]!) >>> 0)
}

/** 16-bit groups of one side of `::`; an IPv4 address at the end counts for two. */
const groups = (side: string, index: number, sides: readonly string[]): number[] | undefined => {
  if (side === '') return sides.length === 2 ? [] : undefined
  const parts = side.split(':')
  const out: number[] = []
  for (const [i, part] of parts.entries()) {
    if (part.includes('.')) {
      const m = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(part)
      const bytes = m?.slice(1).map(Number)
      if (!bytes || i !== parts.length - 1 || index !== sides.length - 1 || bytes.some((b) => b > 255)) return undefined
      out.push((bytes[0]! << 8) | bytes[1]!, (bytes[2]! << 8) | bytes[3]!)
    } else if (/^[0-9A-Fa-f]{1,4}$/.test(part)) out.push(Number.parseInt(part, 16))
    else return undefined
  }
  return out
}
