import type {
  Block,
  Classifier,
  Context,
  Emission,
  FunctionalElement,
  Held,
  Instance,
  Process,
  Ring,
  StreamInfo,
} from '@netstreamline/core'

/** A block as it was handed on: fields and a copy of the bytes. */
export type Seen = Pick<Block, 'kind' | 'stream' | 'flags' | 'classifier' | 'l3' | 'l4' | 'proto' | 'seconds'> & {
  data: Uint8Array
}

/** A packet to run through an FE. */
export interface Packet {
  kind: number
  data: Uint8Array
  seconds?: number
  wireLength?: number
}

const PACKET = 0x1000
const HELD = 0x60000
const SIZE = 0x800000
const POISON = 0xee

interface HeldCopy extends Held {
  block: Block
}

/**
 * Runs one FE over packets the unkind way: each packet lies at the same place and is poisoned after its turn, what is
 * held is copied away, what is released is poisoned. Reads after release or beyond `process` show as wrong bytes.
 */
export class TestSpace {
  readonly bytes = new Uint8Array(SIZE)
  readonly seen: Seen[] = []
  readonly streams = new Map<number, StreamInfo>()
  readonly results: Classifier[] = []
  readonly logged: string[] = []
  /** Holds that have not been released. */
  holding = 0
  heldBytes = 0
  instance: Instance = {}
  /** Called for each block handed on, instead of keeping it in `seen`. */
  onBlock: (seen: Seen) => void = (seen) => this.seen.push(seen)
  #block = this.#blank()
  #held = HELD
  #allocated = SIZE
  #second = Number.NaN

  static async of<O>(fe: FunctionalElement<O>, options: O = {} as O): Promise<TestSpace> {
    const space = new TestSpace()
    const made = await fe.create(options, space.context)
    space.instance = typeof made === 'function' ? { process: made as Process } : made
    return space
  }

  get context(): Context {
    return {
      name: 'test',
      inputs: 1,
      bytes: this.bytes,
      emit: (emission, from) => this.#emit(emission, from as HeldCopy | undefined),
      hold: (block, offset = block.offset, length = block.length) => this.#hold(block, offset, length),
      shadow: () => {},
      edit: () => {},
      text: (block) => new TextDecoder().decode(this.bytes.slice(block.offset, block.offset + block.length)),
      stream: (id) => this.streams.get(id),
      openStream: (info) => {
        if (this.streams.has(info.id)) throw new Error(`stream ${info.id} is open`)
        this.streams.set(info.id, info)
      },
      closeStream: (id) => {
        if (!this.streams.delete(id)) throw new Error(`stream ${id} is not open`)
      },
      credit: () => Number.POSITIVE_INFINITY,
      alloc: (size): Ring => {
        this.#allocated -= size
        return { id: 2, base: this.#allocated, size, reclaim: () => {}, free: () => {} }
      },
      print: () => {},
      log: (message) => void this.logged.push(message),
      stats: () => ({ blocks: 0, bytes: 0 }),
      fail: (error) => {
        throw error
      },
    }
  }

  packet(packet: Packet): Classifier {
    return this.packetBlock(packet).result
  }

  /** As {@link packet}, for a packet or what another FE has handed on; also tells how the FE left the block. */
  packetBlock({ data, wireLength = data.length, ...fields }: Packet & Partial<Seen>): {
    result: Classifier
    block: Seen
  } {
    const { seconds = 0 } = fields
    if (Math.floor(seconds) !== this.#second) {
      this.#second = Math.floor(seconds)
      this.instance.tick?.(this.#second)
    }
    this.bytes.set(data, PACKET)
    const where = { offset: PACKET, length: data.length, wireLength, seconds }
    // Header positions hold for the space that the block came from.
    const result = this.process({ ...fields, ...where, l3: -1, l4: -1, proto: -1 })
    const { kind, stream, flags, classifier, l3, l4, proto, offset, length } = this.#block
    const kept = this.bytes.slice(offset, offset + length)
    this.bytes.fill(POISON, PACKET, PACKET + data.length)
    return { result, block: { kind, stream, flags, classifier, l3, l4, proto, seconds, data: kept } }
  }

  process(fields: Partial<Block>): Classifier {
    this.#block = Object.assign(this.#blank(), fields)
    const result = this.instance.process!(this.#block)
    this.results.push(result)
    return result
  }

  async finish(): Promise<void> {
    await this.instance.finish?.()
    await this.instance.stop?.()
  }

  #blank(): Block {
    return {
      bytes: this.bytes,
      offset: 0,
      length: 0,
      kind: 0,
      l3: -1,
      l4: -1,
      proto: -1,
      classifier: 0,
      stream: 0,
      flags: 0,
      seconds: 0,
      nanoseconds: 0,
      wireLength: 0,
      ring: 1,
      position: 0,
      input: 0,
      u8: () => 0,
      u16: () => 0,
      u32: () => 0,
    }
  }

  #hold(block: Block, offset: number, length: number): Held {
    if (offset < block.offset || offset + length > block.offset + block.length)
      throw new Error('hold outside the block')
    if (this.#held + length > SIZE - 0x100000) this.#held = HELD
    const at = this.#held
    this.#held += length
    this.bytes.copyWithin(at, offset, offset + length)
    this.holding++
    this.heldBytes += length
    let released = false
    const release = () => {
      if (released) throw new Error('released twice')
      released = true
      this.holding--
      this.heldBytes -= length
      this.bytes.fill(POISON, at, at + length)
    }
    return { offset: at, length, release, block: { ...block } } as HeldCopy
  }

  #emit(emission: Emission, from?: HeldCopy): void {
    const { kind, stream, flags, l3, l4, proto, seconds, offset, length } = {
      ...(from === undefined ? this.#block : { ...from.block, offset: from.offset, length: from.length }),
      ...emission,
    }
    const data = this.bytes.slice(offset, offset + length)
    this.onBlock({ kind, stream, flags, l3, l4, proto, seconds, classifier: emission.classifier ?? 1, data })
  }
}
