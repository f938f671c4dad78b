// Packets that lead a classic BPF program somewhere: bytes are set such that its comparisons come out at random, so that
// few packets reach what random ones hardly ever would, e.g. the port behind a VLAN tag.

const LONGEST = 240
const SIZES = { 0: 4, 8: 2, 16: 1 }

/** Where a register's value came from: bytes of the packet or its length, and how to undo what was done to it since. */
const field = (at, size) => ({ at, size, undo: (wanted) => wanted })
const undoing = (source, undo) => source && { ...source, undo: (wanted) => source.undo(undo(wanted)) }

/** Inverse of `A op operand`, as far as there is one; undefined loses track. */
const inverse = (op, operand, random) => {
  switch (op) {
    case 0x00:
      return (wanted) => wanted - operand
    case 0x10:
      return (wanted) => wanted + operand
    case 0x50:
      return (wanted) => (wanted & operand) | ((random(0x10000) * 0x10001) & ~operand)
    case 0x60:
      return (wanted) => wanted >>> operand
    case 0x70:
      return (wanted) => wanted << operand
    case 0xa0:
      return (wanted) => wanted ^ operand
    default:
      return undefined
  }
}

/** A value for which a comparison with `k` comes out as wished, often just so. */
const wish = (op, k, outcome, random) => {
  if (op === 0x10) return outcome ? k : random(2) ? k ^ (1 << random(16)) : undefined
  if (op === 0x20) return outcome ? k + 1 : k - random(2)
  if (op === 0x30) return outcome ? k + random(2) : k - 1
  return outcome ? k & -k : ~k & random(0x10000)
}

const read = (bytes, at, size) => {
  let value = 0
  for (let i = 0; i < size; i++) value = value * 256 + (bytes[at + i] ?? 0)
  return value
}

/**
 * A packet for `program`, a valid program: its bytes and its length on the wire. Now and then it is cut short anywhere.
 * @param random numbers in [0, n)
 */
export const packetFor = (program, random) => {
  const bytes = new Uint8Array(LONGEST)
  const noise = random(3)
  if (noise) for (let i = 0; i < LONGEST; i++) bytes[i] = noise === 1 ? random(256) : random(8) ? 0 : random(256)
  let wireLength = 40 + random(LONGEST)
  const set = ({ at, size, undo }, wanted) => {
    const value = undo(wanted >>> 0) >>> 0
    if (at < 0) wireLength = value % 0x10000
    else if (at + size <= LONGEST) {
      for (let i = 0; i < size; i++) bytes[at + i] = (value >>> (8 * (size - 1 - i))) & 0xff
    }
  }
  const memory = Array.from({ length: 16 }, () => ({ value: 0 }))
  let a = { value: 0 }
  let x = { value: 0 }
  for (let pc = 0, steps = 0; pc < program.length && steps < 4000; pc++, steps++) {
    const { code, jt, jf, k } = program[pc]
    const kind = code & 7
    const op = code & 0xf0
    const operand = code & 8 ? x.value : k
    if (kind < 2) {
      let loaded
      const mode = code & 0xe0
      if (mode === 0) loaded = { value: k }
      else if (mode === 0x60) loaded = memory[k]
      else if (mode === 0x80) loaded = { value: wireLength, source: field(-1, 4) }
      else if (mode === 0xa0) {
        // An IPv4 header of usual length, mostly.
        if (k < LONGEST && random(8)) bytes[k] = (bytes[k] & 0xf0) | 5
        loaded = { value: (read(bytes, k, 1) & 15) * 4 }
      } else {
        const at = mode === 0x40 ? x.value + k : k
        const size = SIZES[code & 0x18]
        if (at + size > LONGEST) break
        loaded = { value: read(bytes, at, size), source: field(at, size) }
      }
      if (kind === 0) a = loaded
      else x = loaded
    } else if (kind === 2) memory[k] = a
    else if (kind === 3) memory[k] = x
    else if (kind === 4) {
      const undo = inverse(op, operand, random)
      a = { value: calculate(op, a.value, operand), source: undo && undoing(a.source, undo) }
    } else if (kind === 5 && op === 0) pc += k | 0
    else if (kind === 5) {
      const outcome = random(4) > 0 ? jt !== jf && random(2) > 0 : compare(op, a.value, operand)
      const wanted = wish(op, operand, outcome, random)
      if (a.source && wanted !== undefined) set(a.source, wanted)
      pc += outcome ? jt : jf
    } else if (kind === 6) break
    else if ((code & 0xf8) === 0) x = a
    else a = x
  }
  const length = random(6) ? Math.min(LONGEST, 60 + random(LONGEST)) : random(LONGEST)
  return { bytes: bytes.subarray(0, length), wireLength: random(4) ? Math.max(wireLength, length) : length }
}

const calculate = (op, a, b) => {
  switch (op) {
    case 0x00:
      return (a + b) >>> 0
    case 0x10:
      return (a - b) >>> 0
    case 0x20:
      return Math.imul(a, b) >>> 0
    case 0x30:
      return b ? Math.floor(a / b) : 0
    case 0x40:
      return (a | b) >>> 0
    case 0x50:
      return (a & b) >>> 0
    case 0x60:
      return b < 32 ? (a << b) >>> 0 : 0
    case 0x70:
      return b < 32 ? a >>> b : 0
    case 0x80:
      return -a >>> 0
    case 0x90:
      return b ? a % b : 0
    default:
      return (a ^ b) >>> 0
  }
}

const compare = (op, a, b) => (op === 0x10 ? a === b : op === 0x20 ? a > b : op === 0x30 ? a >= b : (a & b) !== 0)
