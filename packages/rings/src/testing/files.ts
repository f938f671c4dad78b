import { expect } from 'vitest'
import type { Arena } from '../arena.js'
import { createDBuf } from '../dbuf.js'
import { type OpenReadOptions, openRead, openWrite } from '../file/open.js'
import type { ReadingFile } from '../file/reading-file.js'
import type { WritingFile } from '../file/writing-file.js'
import type { Strategy } from '../format.js'
import { createIBuf } from '../ibuf.js'
import type { DBufKind } from '../ring/area.js'
import { createRingWriter } from '../ring/local.js'
import type { RingWriter } from '../ring/writer.js'

/** Kinds of ring that files know. */
export type Kind = DBufKind | 'i'
export const KINDS: Kind[] = ['c', 'p', 'v', 'd', 'i']

/** Byte `at` of block `n`, so that no two places look alike. */
export const byteOf = (n: number, at: number): number => (n * 37 + at * 11 + (at >> 8)) & 0xff
export const block = (n: number, length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => byteOf(n, at))

export const joined = (blocks: Uint8Array[]): Uint8Array => {
  const all = new Uint8Array(blocks.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const bytes of blocks) {
    all.set(bytes, at)
    at += bytes.length
  }
  return all
}

/** What is thrown has this code. */
export const coded = (code: string): unknown => expect.objectContaining({ code })

/** A ring and a file at each end. */
export interface Pair {
  readonly writing: WritingFile
  readonly reading: ReadingFile
  /** Of all kinds but i. */
  readonly ring: RingWriter
}

/** Rings of a test, in an arena that is empty when it is over. */
export class Rigs {
  readonly arena: Arena
  private readonly undo: (() => void)[] = []

  constructor(arena: Arena) {
    this.arena = arena
  }

  pair(
    kind: Kind,
    options: { strategy?: Strategy; bytes?: number; slotBytes?: number; read?: OpenReadOptions } = {},
  ): Pair {
    const { strategy, bytes = 512, slotBytes = 56, read } = options
    const { arena } = this
    if (kind === 'i') {
      const data = createDBuf(arena, { bytes, strategy: strategy === 'frp' ? 'frp' : 'srp' })
      const ibuf = createIBuf(arena, { slots: 16 })
      this.later(() => data.free())
      this.later(() => ibuf.free())
      const reading = openRead(arena, ibuf, read)
      return { writing: openWrite(arena, ibuf, { data }), reading, ring: undefined as unknown as RingWriter }
    }
    const ring = createRingWriter(arena, { kind, bytes, slotBytes, strategy })
    this.later(() => ring.free())
    const reading = openRead(arena, ring.descriptor, read)
    return { writing: openWrite(arena, ring), reading, ring }
  }

  /** Frees something at the end. */
  later(step: () => void): void {
    this.undo.push(step)
  }

  readonly end = (): void => {
    for (const step of this.undo.splice(0).reverse()) step()
    expect(this.arena.used).toBe(0)
  }
}
