import { holds } from '../cbpf/arithmetic.js'
import * as op from '../cbpf/opcodes.js'
import type { Statement } from '../gen/condition.js'
import { defines, NOP, uses } from './atoms.js'
import { A_ATOM, ATOMS, type Block, X_ATOM } from './graph.js'
import type { Values } from './values.js'

const LD_IMM = op.LD | op.IMM
const TAX = op.MISC | op.TAX
const JEQ_K = op.JMP | op.JEQ | op.K
const ALL = 0xffffffff

const isIndexedLoad = (code: number): boolean =>
  code !== NOP && op.classOf(code) === op.LD && op.modeOf(code) === op.IND

/**
 * `ld #k; (ldx 4*([n]&0xf);) add x; tax; ld [x + m]` is `ld [x + m+k]`: what `tcp[13]` compiles to. The statements are
 * the live ones of a block that does not hand X on.
 */
const foldIndex = (live: readonly Statement[], at: number, values: Values): boolean => {
  const skip = live[at + 1]?.code === (op.LDX | op.MSH | op.B) ? 2 : 1
  const [add, tax, load] = live.slice(at + skip, at + skip + 3)
  if (add?.code !== (op.ALU | op.ADD | op.X) || tax?.code !== TAX || !load || !isIndexedLoad(load.code)) return false
  const index = live[at]!.k
  // The addition goes round at 2^32, the address of a load does not.
  if (index + values.addend(add) > ALL || index + load.k > ALL) return false
  load.k += index
  live[at]!.code = NOP
  add.code = NOP
  tax.code = NOP
  return true
}

/** Pairs and triples of statements that have a shorter form. */
const statements = (b: Block, values: Values): void => {
  const live = b.statements.filter((s) => s.code !== NOP)
  for (let i = 0; i + 1 < live.length; i++) {
    const s = live[i]!
    const next = live[i + 1]!
    if (s.code === NOP) continue
    if (s.code === op.ST && next.code === (op.LDX | op.MEM) && s.k === next.k) {
      next.code = TAX
      values.changed = true
    }
    if (s.code === LD_IMM && next.code === TAX) {
      s.code = op.LDX | op.IMM
      next.code = op.MISC | op.TXA
      values.changed = true
    }
    if (s.code === LD_IMM && !(b.outUse & (1 << X_ATOM)) && foldIndex(live, i, values)) values.changed = true
  }
}

/** Merges the last operation on A into the comparison with a constant that ends the block. */
const comparison = (b: Block, values: Values): void => {
  const last = b.statements.findLast((s) => s.code !== NOP)
  if (!last || b.code !== JEQ_K || b.outUse & (1 << A_ATOM)) return
  const x = values.known(b.values[X_ATOM]!)
  if (last.code === (op.ALU | op.SUB | op.X) && x !== undefined) b.k = (b.k + x) >>> 0
  else if (last.code === (op.ALU | op.SUB | op.X) && b.k === 0) b.code = op.JMP | op.JEQ | op.X
  else if (last.code === (op.ALU | op.SUB | op.K)) b.k = (b.k + last.k) >>> 0
  else if (last.code === (op.ALU | op.AND | op.K) && b.k === 0) {
    b.k = last.k
    b.code = op.JMP | op.JSET | op.K
    ;[b.jt, b.jf] = [b.jf, b.jt]
  } else return
  last.code = NOP
  values.changed = true
}

/** Decides comparisons whose outcome is known, by making both branches one. */
const outcome = (b: Block, values: Values): void => {
  if (b.code === (op.JMP | op.JSET | op.K)) {
    if (b.k === 0) b.jt = b.jf
    if (b.k === ALL) {
      // Is any bit set? It is zero or not.
      b.code = JEQ_K
      b.k = 0
      ;[b.jt, b.jf] = [b.jf, b.jt]
      values.changed = true
    }
  }
  const x = values.known(b.values[X_ATOM]!)
  if (x !== undefined && op.srcOf(b.code) === op.X) {
    b.code &= ~op.X
    b.k = x
  }
  const a = values.known(b.values[A_ATOM]!)
  if (a === undefined || op.srcOf(b.code) !== op.K) return
  if (b.jf !== b.jt) values.changed = true
  if (holds(op.opOf(b.code), a, b.k)) b.jf = b.jt
  else b.jt = b.jf
}

/** Local simplifications of a block that ends in a comparison. */
export const peephole = (b: Block, values: Values): void => {
  if (b.statements.length === 0) return
  statements(b, values)
  comparison(b, values)
  outcome(b, values)
}

/** Removes what is computed and never used, in this block or after it; what can reject the packet stays. */
export const removeDead = (b: Block, values: Values): void => {
  const last: (Statement | undefined)[] = new Array(ATOMS).fill(undefined)
  b.extra = false
  const remove = (s: Statement) => {
    if (values.rejects(s)) {
      b.extra = true
      return
    }
    s.code = NOP
    values.changed = true
  }
  const look = (s: Statement) => {
    const used = uses(s.code, s.k)
    for (let atom = 0; atom < ATOMS; atom++) if (used & (1 << atom)) last[atom] = undefined
    const atom = defines(s.code, s.k)
    if (atom < 0) return
    const before = last[atom]
    if (before) remove(before)
    last[atom] = s
  }
  b.statements.forEach(look)
  look(b)
  for (let atom = 0; atom < ATOMS; atom++) {
    const s = last[atom]
    if (s && !(b.outUse & (1 << atom))) remove(s)
  }
}
