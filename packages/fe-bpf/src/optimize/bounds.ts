import * as op from '../cbpf/opcodes.js'

const ALL = 0xffffffff

/** All bits up to the highest one of `v`. */
const fill = (v: number): number => (v === 0 ? 0 : ALL >>> Math.clz32(v))

/** Upper bound of what an instruction yields, from those of its operands. */
export const maximum = (code: number, a: number, b: number): number => {
  const cls = op.classOf(code)
  if (cls === op.LDX) return op.modeOf(code) === op.MSH ? 60 : ALL
  if (cls === op.LD) {
    const packet = op.modeOf(code) === op.ABS || op.modeOf(code) === op.IND
    return packet && op.sizeOf(code) === op.B ? 0xff : packet && op.sizeOf(code) === op.H ? 0xffff : ALL
  }
  switch (op.opOf(code)) {
    case op.ADD:
      return Math.min(a + b, ALL)
    case op.MUL:
      return Math.min(a * b, ALL)
    case op.DIV:
    case op.RSH:
      return a
    case op.AND:
      return Math.min(a, b)
    case op.OR:
    case op.XOR:
      return (fill(a) | fill(b)) >>> 0
    case op.LSH:
      return b <= 31 ? Math.min(a * 2 ** b, ALL) : ALL
    case op.MOD:
      return b > 0 ? b - 1 : 0
    default:
      return ALL
  }
}
