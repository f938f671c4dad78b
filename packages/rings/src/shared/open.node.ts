import type { Arena } from '../arena.js'
import { STRATEGY, WAKE } from '../format.js'
import { corrupted } from '../header.js'
import type { NativeArea, Where } from '../native/types.js'
import { attachArea, type RingArea } from '../ring/area.js'
import { observeArea, type RingReport } from '../ring/observe.js'
import { type ReaderAreas, type ReaderOptions, RingReader } from '../ring/reader.js'
import type { Claim } from '../ring/slots.js'
import { explain } from './errors.js'
import { commonArena, MAP_ALIGN, needNative } from './native.node.js'
import { nativeWakes } from './wakes.node.js'

/** How the ring of another process is joined. */
export interface OpenRingOptions extends ReaderOptions, Where {
  /** Where it is mapped; default: an arena of this thread. */
  readonly arena?: Arena
}

/** The rings of one name as they follow each other, mapped by one who did not make them. */
class OpenAreas implements ReaderAreas {
  readonly natives = new Map<RingArea, NativeArea>()
  /** Areas that the reader has left stay mapped until `sweep`: somebody still looks at blocks in them. */
  keeps = false
  private left: RingArea[] = []
  private readonly arena: Arena
  private readonly name: string

  constructor(arena: Arena, name: string) {
    this.arena = arena
    this.name = name
  }

  /** Maps what has been opened. The producer's description is checked before anything of it is used. */
  map(handle: NativeArea): RingArea {
    const offset = this.arena.alloc(handle.sizeA + handle.sizeB, MAP_ALIGN)
    try {
      handle.map(this.arena.bytes, offset)
      const area = attachArea(this.arena, { offset, id: handle.id }, handle.sizeA + handle.sizeB)
      // Readers write to the table only, and all else is read-only: a table elsewhere would end this process.
      if (area.table * 4 !== handle.sizeA) throw corrupted(`ring ${this.name}: its table is where no table can be`)
      this.natives.set(area, handle)
      return area
    } catch (error) {
      handle.close()
      this.arena.free(offset)
      throw explain(error, this.name)
    }
  }

  find(id: number): { area: RingArea; claim?: Claim } {
    const [from] = [...this.natives.values()].slice(-1)
    let next: NativeArea
    try {
      next = from!.successor(id)
    } catch (error) {
      throw explain(error, this.name)
    }
    const area = this.map(next)
    return next.slot < 0 ? { area } : { area, claim: { slot: next.slot, epoch: next.epoch } }
  }

  free(area: RingArea): void {
    if (this.keeps) this.left.push(area)
    else this.unmap(area)
  }

  sweep(): void {
    for (const area of this.left.splice(0)) this.unmap(area)
  }

  isGone(area: RingArea): boolean {
    return this.natives.get(area)?.status[0] === 1
  }

  close(): void {
    for (const area of [...this.natives.keys()]) this.unmap(area)
  }

  private unmap(area: RingArea): void {
    const handle = this.natives.get(area)
    if (handle === undefined) return
    this.natives.delete(area)
    handle.close()
    this.arena.free(area.offset)
  }
}

/** A reader of another process's ring. `close` it when done; what `peek` showed is gone then. */
export class SharedRingReader extends RingReader {
  readonly name: string
  private readonly shared: OpenAreas

  /** @internal */
  constructor(arena: Arena, area: RingArea, name: string, options: OpenRingOptions, areas: OpenAreas, claim: Claim) {
    super(arena, area, options, areas, nativeWakes(areas.natives), claim)
    this.name = name
    this.shared = areas
  }

  /** Leaves, and gives the memory back. */
  close(): void {
    this.leave()
    this.shared.close()
  }

  /** @internal Does memory that it has left stay mapped? What has stayed goes when it need not any more. */
  keepLeft(keeps: boolean): void {
    this.shared.keeps = keeps
    if (!keeps) this.shared.sweep()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

const open = (name: string, options: OpenRingOptions, observe: boolean): { areas: OpenAreas; handle: NativeArea } => {
  const native = needNative()
  const areas = new OpenAreas(options.arena ?? commonArena(), name)
  const { dir, uid } = options
  const where = { ...(dir === undefined ? {} : { dir }), ...(uid === undefined ? {} : { uid }) }
  const strategy = STRATEGY[options.strategy ?? 'srp']
  try {
    return { areas, handle: native.open(name, { ...where, observe, strategy, wakeMode: WAKE.futex }) }
  } catch (error) {
    throw explain(error, name)
  }
}

/**
 * Joins the ring with that name as one more reader. When this process dies its place becomes free by itself; when the
 * producer dies the reader's state becomes `gone` after everything published has been read.
 * @throws SL_RING_NATIVE, SL_RING_NAME, SL_RING_ACCESS, SL_RING_FULL, SL_RING_MEMORY, SL_RING, SL_ARENA_FULL
 */
export const openSharedRing = (name: string, options: OpenRingOptions = {}): SharedRingReader => {
  const { areas, handle } = open(name, options, false)
  const area = areas.map(handle)
  try {
    const claim = { slot: handle.slot, epoch: handle.epoch }
    return new SharedRingReader(options.arena ?? commonArena(), area, name, options, areas, claim)
  } catch (error) {
    areas.close()
    throw explain(error, name)
  }
}

/** Looks at the ring of another process without taking part in it; follows it when it moves. */
export interface RingObserver {
  readonly name: string
  /** The ring at this moment. @throws SL_RING when its memory makes no sense */
  report(): RingReport
  /** Has its producer gone? */
  readonly isGone: boolean
  close(): void
}

/** @throws SL_RING_NATIVE, SL_RING_NAME, SL_RING_ACCESS, SL_RING, SL_ARENA_FULL */
export const observeSharedRing = (name: string, options: Where & { arena?: Arena } = {}): RingObserver => {
  const { areas, handle } = open(name, options, true)
  let area = areas.map(handle)
  return {
    name,
    report() {
      let report = observeArea(area)
      while (report.state === 'moved') {
        const old = area
        area = areas.find(report.successor).area
        areas.free(old)
        report = observeArea(area)
      }
      return report
    },
    get isGone() {
      return areas.isGone(area)
    },
    close: () => areas.close(),
  }
}
