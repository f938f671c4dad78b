import { B, H, JEQ, JGT, W } from '../cbpf/opcodes.js'
import type { FieldTest } from '../parser/ast.js'
import { jumpOf } from './atm.js'
import { compare } from './compare.js'
import { and, any, type Condition } from './condition.js'
import type { State } from './state.js'

/** MTP2 messages by their length indicator: fill-in 0, link status 1 or 2, message 3 and more. @throws SL_FILTER */
export const mtp2 = (s: State, name: string): Condition => {
  const { ss7 } = s
  if (!ss7) return s.fail(`'${name}' supported only on ${name.startsWith('h') ? 'MTP2_HSL' : 'MTP2'}`)
  const low = (op: number, reverse: boolean, v: number) => compare(s, 'packet', ss7.li, B, 0x3f, op, reverse, v)
  const high = (op: number, reverse: boolean, v: number) => compare(s, 'packet', ss7.liHsl, H, 0xff80, op, reverse, v)
  switch (name) {
    case 'fisu':
      return low(JEQ, false, 0)
    case 'lssu':
      return and(low(JGT, false, 0), low(JGT, true, 2))
    case 'msu':
      return low(JGT, false, 2)
    case 'hfisu':
      return high(JEQ, false, 0)
    case 'hlssu':
      return and(high(JGT, false, 0), high(JGT, true, 0x0100))
    default:
      return high(JGT, false, 0x0100)
  }
}

interface Field {
  readonly size: number
  readonly mask: number
  readonly max: number
  /** The value's bits as they stand in the message (ITU-T Q.704, little endian routing label). */
  place(value: number): number
}

const fields: Record<string, Field> = {
  sio: { size: B, mask: 0xffffffff, max: 255, place: (v) => v },
  opc: {
    size: W,
    mask: 0x00c0ff0f,
    max: 16383,
    place: (v) => ((v & 0x3c00) >> 10) + ((v & 0x03fc) << 6) + ((v & 3) << 22),
  },
  dpc: { size: W, mask: 0xff3f0000, max: 16383, place: (v) => (((v & 0xff) << 24) >>> 0) + ((v & 0x3f00) << 8) },
  sls: { size: B, mask: 0xf0, max: 15, place: (v) => v << 4 },
}

/** Any of the tests on `sio`, `opc`, `dpc`, `sls`, or with `h` on those of a high-speed link. @throws SL_FILTER */
export const mtp3 = (s: State, name: string, tests: readonly FieldTest[]): Condition => {
  const fast = name.startsWith('h')
  const plain = (fast ? name.slice(1) : name) as 'sio' | 'opc' | 'dpc' | 'sls'
  const { ss7 } = s
  if (!ss7) return s.fail(`'${plain}' supported only on SS7`)
  const { size, mask, max, place } = fields[plain]!
  const list = tests.map(({ relation, value }) => {
    if (value > max) s.fail(`${plain} value ${value} too big; max value = ${max}`)
    const [op, reverse] = jumpOf[relation]
    return compare(s, 'packet', ss7[plain] + (fast ? 3 : 0), size, mask, op, reverse, place(value))
  })
  return list.length === 1 ? list[0]! : any(...list)
}
