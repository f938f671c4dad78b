import { type Block, type Context, END, GAP, type Instance, START } from '@netstreamline/core'
import { type Entry, FilePool } from './file-pool.js'
import type { Template } from './template.js'

/** Writes each stream (or block) to the file that the template names for it. */
export const createManyFiles = (template: Template, append: boolean, context: Context): Instance => {
  const pool = new FilePool(append)
  const byStream = new Map<number, Entry>()
  const byPath = new Map<string, Entry>()
  /** Files that are complete for now, of templates by which another stream may come to the same path. */
  const begun = new Set<string>()
  let gaps = 0
  let n = 0

  const entryOf = (stream: number): Entry => {
    const known = byStream.get(stream)
    if (known) return known
    const path = template.path(stream, context.stream(stream), 0)
    let entry = byPath.get(path)
    if (!entry) {
      entry = pool.create(path, begun.has(path))
      byPath.set(path, entry)
    }
    entry.users++
    byStream.set(stream, entry)
    return entry
  }

  const end = (stream: number): void => {
    const entry = byStream.get(stream)
    if (!entry) return
    byStream.delete(stream)
    if (--entry.users > 0) return
    byPath.delete(entry.path)
    if (!template.perStream) begun.add(entry.path)
    pool.close(entry)
  }

  const perBlock = (block: Block): void => {
    if (block.flags !== 0) return
    const path = template.path(block.stream, context.stream(block.stream), ++n)
    const entry = pool.create(path, false)
    try {
      pool.write(entry, block.bytes, block.offset, block.length)
    } finally {
      pool.close(entry)
    }
  }

  return {
    process(block) {
      const { flags } = block
      if (flags & GAP) gaps++
      if (template.perBlock) perBlock(block)
      else if (flags === 0) pool.write(entryOf(block.stream), block.bytes, block.offset, block.length)
      else {
        if (flags & START) entryOf(block.stream)
        if (flags & END) end(block.stream)
      }
      return block.classifier || 1
    },
    finish: () => pool.closeAll(),
    stop: () => pool.closeAll(),
    counters: () => ({ files: pool.files, bytesWritten: pool.bytes, gaps }),
  }
}
