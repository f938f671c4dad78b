import { KIND } from '@netstreamline/core'
import { LINK_NAMES } from '../capture/link.js'

const names = new Map<number, string>([
  ...Object.entries(LINK_NAMES).map(([name, dlt]): [number, string] => [dlt, name]),
  ...Object.entries(KIND).map(([name, kind]): [number, string] => [kind, name]),
])

/** Name of a kind of block as people write it; its number if it has none. */
export const kindName = (kind: number): string => names.get(kind) ?? String(kind)
