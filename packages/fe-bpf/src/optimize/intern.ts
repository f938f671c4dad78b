import { NOP } from './atoms.js'
import { type Block, postorder } from './graph.js'

/** Makes blocks that do the same and go on to the same blocks into one. */
export const intern = (root: Block): void => {
  const seen = new Map<string, Block>()
  const instead = new Map<Block, Block>()
  // Each block comes after those that it leads to, so one pass finds everything.
  for (const b of postorder(root, true)) {
    if (b.jt) b.jt = instead.get(b.jt)
    if (b.jf) b.jf = instead.get(b.jf)
    const statements = b.statements.filter((s) => s.code !== NOP).map((s) => `${s.code},${s.k}`)
    const key = `${b.code},${b.k},${b.jt?.id},${b.jf?.id};${statements.join(';')}`
    const twin = seen.get(key)
    if (!twin) seen.set(key, b)
    instead.set(b, twin ?? b)
  }
}
