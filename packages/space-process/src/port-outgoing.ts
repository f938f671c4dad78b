/** A block on its way: fields as in Block, and the bytes of its headers and window. */
export interface Outgoing {
  classifier: number
  stream: number
  flags: number
  kind: number
  seconds: number
  nanoseconds: number
  wireLength: number
  ring: number
  position: number
  /** From the first byte copied on; -1: unknown. */
  l3: number
  l4: number
  proto: number
  /** The window, from the first byte copied on. */
  offset: number
  length: number
  /** What is copied: `size` bytes of `bytes` from `start` on. */
  bytes: Uint8Array
  start: number
  size: number
}

/** What is known about a stream, as it travels: JSON, or nothing when it is forgotten. */
export const aboutStream = (stream: number, flags: number, json: string): Outgoing => {
  const bytes = new TextEncoder().encode(json)
  const size = bytes.length
  return {
    classifier: 0,
    stream,
    flags,
    kind: 0,
    seconds: 0,
    nanoseconds: 0,
    wireLength: 0,
    ring: 0,
    position: 0,
    l3: -1,
    l4: -1,
    proto: -1,
    offset: 0,
    length: size,
    bytes,
    start: 0,
    size,
  }
}
