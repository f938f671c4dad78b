import { type Block, type Held, type Ring, StreamlineError } from '@netstreamline/core'
import type { Arena } from '@netstreamline/rings'
import type { Cursor } from './cursor.js'
import { aligned, moved, spanStart } from './span.js'

const SCRATCH = 1 << 18

/** A kept block. Its window moves to a shadow copy when its ring is about to reuse the place (§6). */
export class HeldBlock implements Held {
  ring: number
  position: number
  offset: number
  length: number
  kind: number
  l3: number
  l4: number
  proto: number
  stream: number
  flags: number
  seconds: number
  nanoseconds: number
  wireLength: number
  /** What is kept: the window and the headers before it. */
  start: number
  readonly #memory: Memory
  #in: SpaceRing | undefined
  readonly #owner: Set<HeldBlock>
  #shadow = -1
  /** @param owner all that its FE keeps */
  constructor(memory: Memory, block: Block, offset: number, length: number, owner: Set<HeldBlock>) {
    this.#memory = memory
    this.#owner = owner
    this.ring = block.ring
    this.position = block.position
    this.offset = offset
    this.length = length
    this.kind = block.kind
    this.l3 = block.l3
    this.l4 = block.l4
    this.proto = block.proto
    this.stream = block.stream
    this.flags = block.flags
    this.seconds = block.seconds
    this.nanoseconds = block.nanoseconds
    this.wireLength = block.wireLength
    this.start = spanStart(offset, block.l3, block.l4)
    this.l3 = moved(block.l3, this.start, offset + length, 0)
    this.l4 = moved(block.l4, this.start, offset + length, 0)
    this.#in = memory.ringAt(this.start)
    if (this.#in) this.#in.held.add(this)
    else this.move()
    owner.add(this)
  }
  /** Copies the data out of the ring. */
  move(): void {
    const from = aligned(this.start)
    const end = this.offset + this.length
    const to = this.#memory.arena.alloc(Math.max(1, end - from))
    this.#memory.shadows++
    this.#memory.arena.bytes.copyWithin(to, from, end)
    const by = to - from
    this.offset += by
    if (this.l3 >= 0) this.l3 += by
    if (this.l4 >= 0) this.l4 += by
    this.start += by
    this.#shadow = to
    this.#in = undefined
  }
  overlaps(offset: number, length: number): boolean {
    return this.start < offset + length && offset < this.offset + this.length
  }
  release(): void {
    this.#owner.delete(this)
    this.#in?.held.delete(this)
    this.#in = undefined
    if (this.#shadow < 0) return
    this.#memory.arena.free(this.#shadow)
    this.#memory.shadows--
    this.#shadow = -1
  }
}

/** A ring of this space: a range of the arena and the blocks that are kept in it. */
export class SpaceRing implements Ring {
  readonly id: number
  readonly base: number
  readonly size: number
  readonly held = new Set<HeldBlock>()
  /** Its memory belongs to somebody else, who frees it. */
  readonly adopted: boolean
  readonly #memory: Memory
  constructor(memory: Memory, id: number, base: number, size: number, adopted = false) {
    this.#memory = memory
    this.id = id
    this.base = base
    this.size = size
    this.adopted = adopted
  }
  reclaim(offset: number, length: number): void {
    for (const held of this.held) {
      if (!held.overlaps(offset, length)) continue
      this.held.delete(held)
      held.move()
    }
  }
  free(): void {
    this.reclaim(this.base, this.size)
    this.#memory.release(this)
  }
}

/** The space's part of the arena: rings, shadows and the scratch memory of `shadow` and `edit`. */
export class Memory {
  readonly arena: Arena
  /** Shadow copies alive. */
  shadows = 0
  #rings: SpaceRing[] = []
  #scratch: { ring: SpaceRing; used: number }[] = []
  constructor(arena: Arena) {
    this.arena = arena
  }
  get rings(): number {
    return this.#rings.length
  }
  alloc(bytes: number): SpaceRing {
    if (!(bytes >= 0 && bytes < 2 ** 31))
      throw new StreamlineError('SL_ARENA_FULL', `a ring of ${bytes} bytes is not possible`)
    const base = this.arena.alloc(Math.max(1, bytes))
    // Its place names it, so that no two rings of an arena have the same id, whichever space they belong to.
    const ring = new SpaceRing(this, base / 64, base, bytes)
    this.#rings.push(ring)
    return ring
  }
  /** Watches a range of the arena as a ring, so that blocks in it can be held. */
  adopt(id: number, base: number, size: number): SpaceRing {
    const ring = new SpaceRing(this, id, base, size, true)
    this.#rings.push(ring)
    return ring
  }
  release(ring: SpaceRing): void {
    const at = this.#rings.indexOf(ring)
    if (at < 0) return
    this.#rings.splice(at, 1)
    if (!ring.adopted) this.arena.free(ring.base)
  }
  /** The ring that an address lies in; few rings, so a scan is cheapest. */
  ringAt(address: number): SpaceRing | undefined {
    for (const ring of this.#rings) if (address >= ring.base && address < ring.base + ring.size) return ring
    return undefined
  }
  /** Moves the window of `block`, and the headers before it, to scratch memory, which lives until the breath ends. */
  shadow(block: Cursor): void {
    const start = aligned(spanStart(block.offset, block.l3, block.l4))
    const end = block.offset + block.length
    const size = end - start
    let chunk = this.#scratch.at(-1)
    if (!chunk || chunk.used + size > chunk.ring.size) {
      chunk = { ring: this.alloc(Math.max(SCRATCH, size)), used: 0 }
      this.#scratch.push(chunk)
    }
    const to = chunk.ring.base + chunk.used
    chunk.used += (size + 7) & ~7
    this.arena.bytes.copyWithin(to, start, end)
    block.l3 = moved(block.l3, start, end, to - start)
    block.l4 = moved(block.l4, start, end, to - start)
    block.offset += to - start
  }
  /** Between breaths nothing looks at scratch memory any more, except what is held, which is copied. */
  breathe(): void {
    const first = this.#scratch[0]
    if (!first) return
    for (const { ring } of this.#scratch.splice(1)) ring.free()
    first.ring.reclaim(first.ring.base, first.used)
    first.used = 0
  }
  close(): void {
    for (const { ring } of this.#scratch.splice(0)) ring.free()
  }
}
