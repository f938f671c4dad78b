import { randomBytes } from 'node:crypto'
import type { StreamlineError } from '@netstreamline/core'
import type { Arena } from '../arena.js'
import type { Access, NativeArea, NativeRings } from '../native/types.js'
import { formatArea, measure, type RingArea, type RingShapeOptions, shapeOf } from '../ring/area.js'
import { optionsLike, type RingOptions } from '../ring/local.js'
import { type Areas, RingWriter } from '../ring/writer.js'
import { explain } from './errors.js'
import { commonArena, MAP_ALIGN, needNative } from './native.node.js'
import { nativeWakes } from './wakes.node.js'

/** How a ring is made that other processes find by its name. */
export interface SharedRingOptions extends RingOptions {
  /** 1 to 63 of A-Z a-z 0-9 . _ - and no dot at the start. */
  readonly name: string
  /** Who may read it: processes of the same user (default), of the same group, or all. The system enforces it. */
  readonly access?: Access
  /** Directory of names; default $STREAMLINE_DIR, else one of this user's in /dev/shm. */
  readonly dir?: string
  /** Where it is mapped; default: an arena of this thread. */
  readonly arena?: Arena
}

/** Ids of shared rings are unique in the machine; a collision of random ones is found when the name is taken. */
const newId = (): number => Math.max(1, randomBytes(4).readUInt32LE() - 1)

/** The memory of a shared ring and of those that follow it. */
class SharedAreas implements Areas {
  readonly natives = new Map<RingArea, NativeArea>()
  private readonly native: NativeRings
  private readonly arena: Arena
  private readonly name: string
  private before = 0

  constructor(native: NativeRings, arena: Arena, name: string) {
    this.native = native
    this.arena = arena
    this.name = name
  }

  /** @throws SL_RING_MEMORY, SL_ARENA_FULL, SL_USAGE */
  make(options: RingShapeOptions): RingArea {
    const shape = shapeOf(options)
    const { header, table } = measure(shape, this.native.pageSize)
    const offset = this.arena.alloc(header + table, MAP_ALIGN)
    let handle: NativeArea | undefined
    try {
      handle = this.native.create(this.arena.bytes, offset, header, table, this.name)
      const area = formatArea(this.arena, offset, shape, {
        id: newId(),
        name: this.name,
        pid: process.pid,
        tableAt: header,
      })
      this.natives.set(area, handle)
      return area
    } catch (error) {
      handle?.close()
      this.arena.free(offset)
      throw explain(error, this.name)
    }
  }

  create(like: RingArea, change: object): RingArea {
    return this.make(optionsLike(like, change))
  }

  succeed(area: RingArea, next: RingArea): void {
    try {
      this.natives.get(area)!.succeed(this.natives.get(next)!)
    } catch (error) {
      this.free(next)
      throw explain(error, this.name)
    }
  }

  free(area: RingArea): void {
    const handle = this.natives.get(area)
    if (handle === undefined) return
    this.natives.delete(area)
    this.before += handle.evictions
    handle.close()
    this.arena.free(area.offset)
  }

  get evictions(): number {
    let count = this.before
    for (const handle of this.natives.values()) count += handle.evictions
    return count
  }
}

/** The writing end of a ring that other processes read by its name. `close` it, or its memory stays until the end of the process. */
export class SharedRingWriter extends RingWriter {
  readonly name: string
  private isClosed = false

  /** @internal */
  constructor(arena: Arena, area: RingArea, options: SharedRingOptions, areas: SharedAreas) {
    super(arena, area, options, areas, nativeWakes(areas.natives))
    this.name = options.name
  }

  /** Ends the ring, takes the name away and gives the memory back; readers read what they have mapped to the end. */
  close(): void {
    if (this.isClosed) return
    this.end()
    this.isClosed = true
    this.free()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

/**
 * Makes a ring that processes of this machine find by its name, each with its own position. Its memory is taken at
 * once, is sealed against every change of size, and readers can write nothing but the reader table.
 * @throws SL_RING_NATIVE, SL_RING_NAME, SL_RING_ACCESS, SL_RING_MEMORY, SL_ARENA_FULL, SL_USAGE
 */
export const createSharedRing = (options: SharedRingOptions): SharedRingWriter => {
  const arena = options.arena ?? commonArena()
  const areas = new SharedAreas(needNative(), arena, options.name)
  for (let attempt = 0; ; attempt++) {
    const area = areas.make(options)
    try {
      areas.natives.get(area)!.serve(options.name, options.access ?? 'user', options.dir)
      return new SharedRingWriter(arena, area, options, areas)
    } catch (error) {
      areas.free(area)
      // Somebody has the same random id.
      if ((error as { code?: string }).code === 'EEXIST' && attempt < 4) continue
      throw explain(error, options.name) satisfies StreamlineError
    }
  }
}
