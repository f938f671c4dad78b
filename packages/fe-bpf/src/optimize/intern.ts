import { type Block, preorder } from './graph.js'
import { NOP } from './atoms.js'

/** Makes blocks that do the same and go on to the same blocks into one. `blocks` in the order of their numbers. */
export const intern = (root: Block, blocks: readonly Block[]): void => {
  for (let again = true; again; ) {
    again = false
    const alive = new Set(preorder(root))
    const seen = new Map<string, Block>()
    const instead = new Map<Block, Block>()
    for (let i = blocks.length - 1; i >= 0; i--) {
      const b = blocks[i]!
      if (!alive.has(b)) continue
      const statements = b.statements.filter((s) => s.code !== NOP).map((s) => `${s.code},${s.k}`)
      const key = `${b.code},${b.k},${b.jt?.id},${b.jf?.id};${statements.join(';')}`
      const twin = seen.get(key)
      if (twin) instead.set(b, instead.get(twin) ?? twin)
      seen.set(key, b)
    }
    for (const b of blocks) {
      if (!b.jt || !b.jf) continue
      const jt = instead.get(b.jt)
      const jf = instead.get(b.jf)
      if (jt) b.jt = jt
      if (jf) b.jf = jf
      if ((jt || jf) && alive.has(b)) again = true
    }
  }
}
