// Blocks that tell whether they are whole: number, length and place decide every byte. Of a c ring each byte tells where it is.
export const MOST = 400
export const SHAPES = [{ kind: 'c' }, { kind: 'p', slotBytes: MOST }, { kind: 'v' }, { kind: 'd' }]
export const STRATEGIES = ['srp', 'mrp', 'frp']

const mix = (n) => {
  let z = Math.imul(n ^ (n >>> 16), 0x21f0aaad)
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
  return (z ^ (z >>> 15)) >>> 0
}
export const lengthOf = (n, seed) => 8 + (mix(n + seed) % (MOST - 8))
const byteOf = (n, i) => (n * 31 + i * 7 + (n >> 8)) & 255

export const fill = (block, n, seed) => {
  const length = lengthOf(n, seed)
  for (let i = 0; i < 4; i++) block[i] = n >>> (8 * i)
  for (let i = 4; i < length; i++) block[i] = byteOf(n, i)
  return length
}
const streamByte = (at) => (at * 5 + (at >> 7) + (at >> 13)) & 255
export const fillStream = (bytes, from, length) => {
  for (let i = 0; i < length; i++) bytes[i] = streamByte(from + i)
}

/** Looks at the next block of a reader, if there is one. What is wrong is counted, and nothing else believed. */
export const takeOne = (reader, bytes, seen, seed) => {
  if (reader.peek() < 0) return false
  const { offset, length } = reader
  let isRight = true
  if (reader.area.kind === 'c') {
    const from = reader.position
    for (let i = 0; isRight && i < length; i++) isRight = bytes[offset + i] === streamByte(from + i)
  } else {
    const n = (bytes[offset] | (bytes[offset + 1] << 8) | (bytes[offset + 2] << 16) | (bytes[offset + 3] << 24)) >>> 0
    isRight = n === reader.sequence && n > seen.last && length === lengthOf(n, seed)
    for (let i = 4; isRight && i < length; i++) isRight = bytes[offset + i] === byteOf(n, i)
    if (isRight) seen.last = n
  }
  // Asked last: what was wrong may have been overwritten meanwhile, and then nobody claims that it is right.
  if (!reader.intact()) seen.torn++
  else if (!isRight) seen.wrong++
  else seen.right++
  reader.next()
  return true
}

/** The same through `readTo`, of an srp reader that has seen everything so far; `to`: where MOST bytes of the arena are. */
export const copyOne = (reader, bytes, seen, seed, to) => {
  const length = reader.readTo(to, MOST)
  if (length < 0) return false
  let isRight = true
  if (reader.area.kind === 'c') {
    seen.at ??= 0
    for (let i = 0; isRight && i < length; i++) isRight = bytes[to + i] === streamByte(seen.at + i)
    seen.at += length
  } else {
    const n = (bytes[to] | (bytes[to + 1] << 8) | (bytes[to + 2] << 16) | (bytes[to + 3] << 24)) >>> 0
    isRight = n === seen.last + 1 && length === lengthOf(n, seed)
    for (let i = 4; isRight && i < length; i++) isRight = bytes[to + i] === byteOf(n, i)
    seen.last = n
  }
  if (isRight) seen.right++
  else seen.wrong++
  return true
}

/** Throws unless what was seen and what was lost make all of it. */
export const judge = (reader, seen, { strategy, kind, blocks, bytes }) => {
  const facts = JSON.stringify({ kind, strategy, blocks, bytes, ...seen, ...reader })
  if (seen.wrong > 0) throw new Error(`wrong blocks were shown as whole: ${facts}`)
  if (reader.state !== 'ended') throw new Error(`it did not end: ${facts}`)
  const lost = kind === 'c' ? reader.lostBytes : reader.lostBlocks
  const read = kind === 'c' ? reader.bytes : reader.blocks
  if (strategy === 'srp' && (lost > 0 || seen.torn > 0)) throw new Error(`srp lost something: ${facts}`)
  if (read + lost !== (kind === 'c' ? bytes : blocks)) throw new Error(`losses are not exact: ${facts}`)
  return lost > 0 ? 'with losses, all counted' : 'nothing lost'
}
