import { type StreamInfo, StreamlineError } from '@netstreamline/core'

const NAMES = ['stream', 'src', 'sport', 'dst', 'dport', 'name', 'n'] as const
type Name = (typeof NAMES)[number]

/** A path with placeholders, e.g. `out/{src}-{sport}.bin`. */
export interface Template {
  /** Has placeholders at all. */
  readonly varies: boolean
  /** `{n}` occurs: every block gets a file of its own. */
  readonly perBlock: boolean
  /** No two streams of a run get the same path. */
  readonly perStream: boolean
  path(stream: number, info: StreamInfo | undefined, n: number): string
}

const LONGEST = 128

/**
 * A value as a part of a file name. Values come from captured traffic: everything but letters, digits, `.`, `-` and
 * `_` is replaced, so that none can leave its directory or mean something to a shell. The `:` of IPv6 addresses
 * becomes `-`, which no address contains; the rest becomes `_`. A value of dots alone gets a `_` in front.
 */
export const safe = (value: string): string => {
  const clean = value
    .replaceAll(':', '-')
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .slice(0, LONGEST)
  return /^\.*$/.test(clean) ? `_${clean}` : clean
}

/** @throws SL_OPTION for a placeholder that does not exist, or a NUL */
export const parseTemplate = (text: string): Template => {
  const used = new Set<Name>()
  const bad = (message: string): StreamlineError =>
    new StreamlineError('SL_OPTION', message, { option: 'path', hint: `Placeholders are {${NAMES.join('}, {')}}.` })
  if (text.includes('\0')) throw bad('a path cannot contain a NUL')
  /** Text, placeholder, text, placeholder, …, text. */
  const parts = text.split(/\{([A-Za-z]+)\}/)
  for (let i = 1; i < parts.length; i += 2) {
    const name = parts[i] as Name
    if (!NAMES.includes(name)) throw bad(`'{${name}}' is no placeholder of a path`)
    used.add(name)
  }
  return {
    varies: used.size > 0,
    perBlock: used.has('n'),
    perStream: used.has('stream'),
    path(stream, info, n) {
      const values: Record<Name, string | number | undefined> = {
        stream,
        src: info?.src,
        sport: info?.sport,
        dst: info?.dst,
        dport: info?.dport,
        name: info?.name,
        n,
      }
      let path = parts[0] as string
      for (let i = 1; i < parts.length; i += 2)
        path += safe(String(values[parts[i] as Name] ?? 'unknown')) + parts[i + 1]
      return path
    },
  }
}
