import { compute, hash, holds, scan } from './compute.js'
import { ABORT, BASE, NONE, type Program, REGISTERS } from './format.js'
import {
  hasBase,
  isAlu,
  isAluImmediate,
  isBranch,
  isLoad,
  isMemory,
  isSet,
  isSetImmediate,
  isStore,
  OP,
  width,
} from './ops.js'

/** The fields of a block that a program reads and changes. */
export interface Frame {
  readonly bytes: Uint8Array
  offset: number
  length: number
  kind: number
  l3: number
  l4: number
  proto: number
  classifier: number
  stream: number
  wireLength: number
  /** Capture time in ms, modulo 2^32. Default 0. */
  readonly now?: number
  /** Eight words that travel with the block. Without them reads give 0 and writes are lost. */
  readonly mail?: Uint32Array
  /** Set when the program was stopped: one of {@link ABORT}. */
  aborted?: number
  /** Makes the window a private copy: moves `offset`, `l3`, `l4`. Without it the program writes in place. */
  edit?(): void
}

/**
 * A function that EXT calls: finds its input in `memory` from word `reads` on and leaves its result from word `writes`
 * on. False: it has failed, and the program aborts.
 */
export type External = (memory: Uint32Array, reads: number, writes: number) => boolean

const load = (f: Frame, op: number, at: number, bit: number): number => {
  const byte = (n: number) => f.bytes[at + n]!
  switch (op) {
    case OP.LDB:
      return byte(0)
    case OP.LDSB:
      return (byte(0) << 24) >> 24
    case OP.LDBIT:
      return (byte(0) >> (7 - bit)) & 1
    case OP.LDW:
      return (byte(0) << 8) | byte(1)
    case OP.LDSW:
      return ((byte(0) << 24) >> 16) | byte(1)
    default:
      return (byte(0) << 24) | (byte(1) << 16) | (byte(2) << 8) | byte(3)
  }
}
const store = (f: Frame, bytes: number, at: number, value: number): void => {
  for (let n = 0; n < bytes; n++) f.bytes[at + n] = value >>> (8 * (bytes - 1 - n))
}

/**
 * The reference semantics of the IR: clear before fast. `program` must be verified; `memory` has its size in words,
 * `externals` are the functions that its externs name. Addresses are exact (no wrap-around).
 */
export const interpret = (
  { code, patterns, tables }: Program,
  f: Frame,
  memory: Uint32Array,
  externals: readonly External[] = [],
): number => {
  const r = new Uint32Array(REGISTERS)
  let edited = false
  const abort = (why: number): number => {
    f.aborted = why
    return 0
  }
  for (let pc = 0; ; pc++) {
    const { op, d, a, b, imm, to } = code[pc]!
    const index = a === NONE ? 0 : r[a]!
    if (hasBase(op)) {
      // Headers may lie before a narrowed window (§5): only unknown (-1) and its end bound them.
      const start = b === BASE.l3 ? f.l3 : b === BASE.l4 ? f.l4 : f.offset
      const address = index + imm
      const at = start + (op === OP.LDBIT ? Math.floor(address / 8) : address)
      const bytes = op === OP.HASH ? to : width(op)
      if (start < 0 || at + bytes > f.offset + f.length) {
        if (!isLoad(op) || to === 0) return abort(ABORT.window)
        pc = to - 1
      } else if (isLoad(op)) r[d] = load(f, op, at, address % 8)
      else if (isStore(op)) store(f, bytes, at, r[d]!)
      else r[d] = hash(f.bytes, at, to)
      continue
    }
    if (isAlu(op) || isAluImmediate(op)) {
      const right = isAlu(op) ? r[b]! : imm
      const base = isAlu(op) ? op : op - 10
      if ((base === OP.DIV || base === OP.MOD) && right === 0) return abort(ABORT.division)
      r[d] = compute(base, r[a]!, right)
      continue
    }
    if (isBranch(op)) {
      if (op >= OP.JEQI ? holds(op - 10, r[a]!, imm) : holds(op, r[a]!, r[b]!)) pc = to - 1
      continue
    }
    if (isSet(op) || isSetImmediate(op)) {
      r[d] = isSet(op) ? +holds(op - OP.SEQ + OP.JEQ, r[a]!, r[b]!) : +holds(op - OP.SEQI + OP.JEQ, r[a]!, imm)
      continue
    }
    if (isMemory(op)) {
      if (index + imm >= memory.length) return abort(ABORT.memory)
      if (op === OP.LDM) r[d] = memory[index + imm]!
      else if (op === OP.STM) memory[index + imm] = r[b]!
      else memory[index + imm] = memory[index + imm]! + r[b]!
      continue
    }
    switch (op) {
      case OP.RET:
        return r[a]! & 0xffff
      case OP.RETI:
        return imm & 0xffff
      case OP.JMP:
        pc = to - 1
        break
      case OP.SWITCH:
        pc = (tables![imm]!.find(([value]) => value === r[a])?.[1] ?? to) - 1
        break
      case OP.FOR:
        r[d] = imm
        break
      case OP.LOOP:
        r[d] = r[d]! - 1
        if (r[d] !== 0) pc = to - 1
        break
      case OP.MOV:
        r[d] = r[a]!
        break
      case OP.MOVI:
        r[d] = imm
        break
      case OP.NEG:
        r[d] = -r[a]!
        break
      case OP.NOT:
        r[d] = ~r[a]!
        break
      case OP.EDIT:
        if (!edited) f.edit?.()
        edited = true
        break
      case OP.LEN:
        r[d] = f.length
        break
      case OP.WLEN:
        r[d] = f.wireLength
        break
      case OP.CLS:
        r[d] = f.classifier
        break
      case OP.KIND:
        r[d] = f.kind
        break
      case OP.PROTO:
        r[d] = f.proto
        break
      case OP.SCAN: {
        const end = Math.min(index + imm + to, f.length)
        r[d] = 1 + Math.max(-1, scan(f.bytes, f.offset + index + imm, f.offset + end, patterns![b]!) - f.offset)
        break
      }
      case OP.NOW:
        r[d] = f.now ?? 0
        break
      case OP.MBOX:
        r[d] = f.mail?.[imm] ?? 0
        break
      case OP.TRIM:
        f.length = Math.min(f.length, r[a]!)
        break
      case OP.TRIMI:
        f.length = Math.min(f.length, imm)
        break
      case OP.NARROW:
        if (index + imm > f.length) return abort(ABORT.window)
        f.offset += index + imm
        f.length -= index + imm
        break
      case OP.SETKIND:
        f.kind = imm | 0
        break
      case OP.STREAM:
        f.stream = r[a]!
        break
      case OP.MAIL:
        if (f.mail) f.mail[imm] = r[a]!
        break
      default:
        if (!externals[b]!(memory, imm, to)) return abort(ABORT.external)
    }
  }
}
