import * as op from '../cbpf/opcodes.js'
import type { Statement } from '../gen/condition.js'
import { A_ATOM, type Block, X_ATOM } from './graph.js'

/** A statement that has been optimised away. No instruction has this code. */
export const NOP = 0xffff

const A_BIT = 1 << A_ATOM
const X_BIT = 1 << X_ATOM

/** Atoms (bits) that an instruction reads. */
export const uses = (code: number, k: number): number => {
  if (code === NOP) return 0
  switch (op.classOf(code)) {
    case op.RET:
      return (code & 0x18) === op.A ? A_BIT : 0
    case op.LD:
    case op.LDX: {
      const mode = op.modeOf(code)
      return mode === op.IND ? X_BIT : mode === op.MEM ? 1 << k : 0
    }
    case op.ST:
      return A_BIT
    case op.STX:
      return X_BIT
    case op.JMP:
    case op.ALU:
      return op.srcOf(code) === op.X ? A_BIT | X_BIT : A_BIT
    default:
      return (code & 0xf8) === op.TXA ? X_BIT : A_BIT
  }
}

/** Can an instruction reject the packet: a load outside it, a division by a register that is zero? */
export const canReject = (code: number): boolean => {
  if (code === NOP) return false
  const cls = op.classOf(code)
  if (cls === op.LD) return op.modeOf(code) === op.ABS || op.modeOf(code) === op.IND
  if (cls === op.LDX) return op.modeOf(code) === op.MSH
  const divides = op.opOf(code) === op.DIV || op.opOf(code) === op.MOD
  return cls === op.ALU && divides && op.srcOf(code) === op.X
}

/** The atom that an instruction writes; -1 for none. */
export const defines = (code: number, k: number): number => {
  if (code === NOP) return -1
  switch (op.classOf(code)) {
    case op.LD:
    case op.ALU:
      return A_ATOM
    case op.LDX:
      return X_ATOM
    case op.ST:
    case op.STX:
      return k
    case op.MISC:
      return (code & 0xf8) === op.TAX ? X_ATOM : A_ATOM
    default:
      return -1
  }
}

const local = (b: Block): void => {
  let defined = 0
  let used = 0
  let killed = 0
  const look = ({ code, k }: Pick<Statement, 'code' | 'k'>) => {
    used |= uses(code, k) & ~defined
    const atom = defines(code, k)
    if (atom < 0) return
    if (!(used & (1 << atom))) killed |= 1 << atom
    defined |= 1 << atom
  }
  b.statements.forEach(look)
  if (op.classOf(b.code) === op.JMP) used |= uses(b.code, b.k) & ~defined
  b.kill = killed
  b.inUse = used
  b.outUse = 0
}

/** Which atoms matter at both ends of each block. `order` holds each block after all that lead to it. */
export const findUses = (order: readonly Block[]): void => {
  order.forEach(local)
  for (let i = order.length - 1; i >= 0; i--) {
    const b = order[i]!
    if (!b.jt || !b.jf) continue
    b.outUse |= b.jt.inUse | b.jf.inUse
    b.inUse |= b.outUse & ~b.kill
  }
}
