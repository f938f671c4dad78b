import { type Instruction, JA, JMP } from './cbpf/opcodes.js'
import type { Statement } from './gen/condition.js'
import { NOP } from './optimize/atoms.js'
import { type Block, postorder } from './optimize/graph.js'

/** A block with its place in the program. Branches further than 255 instructions go over a `ja` behind the block. */
interface Placed {
  readonly block: Block
  readonly statements: readonly Statement[]
  offset: number
  longTrue: boolean
  longFalse: boolean
}

const size = (p: Placed): number => p.statements.length + 1 + Number(p.longTrue) + Number(p.longFalse)

/** Instructions between a block's comparison and the start of another block. */
const distance = (from: Placed, to: Placed): number => to.offset - (from.offset + from.statements.length) - 1

const MAX_BRANCH = 255

/** Gives every block its place; returns the length of the program. */
const place = (placed: readonly Placed[], of: (b: Block) => Placed): number => {
  for (;;) {
    let offset = 0
    for (const p of placed) {
      p.offset = offset
      offset += size(p)
    }
    // Lengthening one branch can only push others further, so this ends, with as few long branches as possible.
    let settled = true
    for (const p of placed) {
      if (!p.block.jt || !p.block.jf) continue
      const longTrue = p.longTrue || distance(p, of(p.block.jt)) > MAX_BRANCH
      const longFalse = p.longFalse || distance(p, of(p.block.jf)) > MAX_BRANCH
      if (longTrue !== p.longTrue || longFalse !== p.longFalse) settled = false
      p.longTrue = longTrue
      p.longFalse = longFalse
    }
    if (settled) return offset
  }
}

const emitStatements = (statements: readonly Statement[], out: Instruction[]): void => {
  const index = new Map(statements.map((s, i) => [s, i] as const))
  statements.forEach((s, i) => {
    const to = (next: Statement | undefined) => (next ? index.get(next)! - i - 1 : 0)
    out.push({ code: s.code, jt: to(s.jt), jf: to(s.jf), k: s.k })
  })
}

/** The graph as a program: false branches lie behind true ones, returns last. */
export const emit = (root: Block): Instruction[] => {
  const placed = postorder(root, false).map(
    (block): Placed => ({
      block,
      statements: block.statements.filter((s) => s.code !== NOP),
      offset: 0,
      longTrue: false,
      longFalse: false,
    }),
  )
  placed.reverse()
  const byBlock = new Map(placed.map((p) => [p.block, p] as const))
  const of = (b: Block) => byBlock.get(b)!
  place(placed, of)
  const out: Instruction[] = []
  for (const p of placed) {
    emitStatements(p.statements, out)
    const { code, k, jt, jf } = p.block
    if (!jt || !jf) {
      out.push({ code, jt: 0, jf: 0, k })
      continue
    }
    const whenTrue = distance(p, of(jt))
    const whenFalse = distance(p, of(jf))
    out.push({ code, jt: p.longTrue ? 0 : whenTrue, jf: p.longFalse ? Number(p.longTrue) : whenFalse, k })
    if (p.longTrue) out.push({ code: JMP | JA, jt: 0, jf: 0, k: whenTrue - 1 })
    if (p.longFalse) out.push({ code: JMP | JA, jt: 0, jf: 0, k: whenFalse - 1 - Number(p.longTrue) })
  }
  return out
}
