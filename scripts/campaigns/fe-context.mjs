// A space reduced to what protocol FEs use, which checks all that they do: windows that are handed on lie in the block
// in hand, in a held one or in a ring of the FE's own; nothing is released twice; what is held is released.
const SIZE = 4 << 20
/** Where blocks lie, and what stands around them. */
const BLOCK = 0x10000
const HELD = 0x100000
const RINGS = 0x200000

const fail = (message) => {
  throw new Error(message)
}

export class FakeSpace {
  bytes
  /** Blocks that have been handed on, as text; cleared by whoever looks. */
  out = []
  holding = 0
  heldBytes = 0
  streams = new Map()
  #poison
  #held = HELD
  #rings = []
  #top = RINGS
  #block

  /** @param poison fills the memory around blocks, and blocks whose turn is over */
  constructor(poison) {
    this.#poison = poison
    this.bytes = new Uint8Array(SIZE).fill(poison)
    this.#block = this.#cursor()
  }

  async open(fe, options) {
    const made = await fe.create(options, this.#context())
    this.instance = typeof made === 'function' ? { process: made } : made
    return this
  }

  mark(stream, flags) {
    if (flags === 1)
      this.streams.set(stream, { id: stream, peer: stream ^ 1, src: '10.0.0.1', sport: stream, dst: '::1', dport: 80 })
    const result = this.#process({ kind: 0x10002, offset: BLOCK, length: 0, stream, flags })
    if (flags === 2) this.streams.delete(stream)
    return result
  }

  data(stream, data, kind = 0x10002) {
    this.bytes.set(data, BLOCK)
    const l4 = kind === 0x10001 ? BLOCK - 8 : -1
    const result = this.#process({ kind, offset: BLOCK, length: data.length, stream, flags: 0, l4 })
    this.bytes.fill(this.#poison, BLOCK, BLOCK + data.length)
    return result
  }

  #process(fields) {
    const block = Object.assign(this.#block, fields, { l3: -1, proto: -1 })
    const { offset, length } = block
    const result = this.instance.process(block)
    if (!(Number.isInteger(result) && result >= -1 && result <= 65535)) fail(`result ${result}`)
    if (block.offset < offset || block.length < 0 || block.offset + block.length > offset + length)
      fail('the window has grown')
    if (result > 0) this.#emit({ classifier: result })
    return result
  }

  #emit(emission, from) {
    const { offset, length, kind, stream, flags } = {
      ...this.#block,
      ...(from && { offset: from.offset, length: from.length }),
      ...emission,
    }
    const inside = (start, size) => offset >= start && offset + length <= start + size
    const block = this.#block
    if (length < 0) fail(`length ${length}`)
    const own = this.#rings.some(({ base, size }) => inside(base, size))
    if (length > 0 && !own && !(from ? inside(from.offset, from.length) : inside(block.offset, block.length)))
      fail(`[${offset}, ${offset + length}) lies outside`)
    const { classifier = 1 } = emission
    if (!(classifier >= 0 && classifier <= 65535)) fail(`classifier ${classifier}`)
    const data = Buffer.from(this.bytes.subarray(offset, offset + length)).toString('latin1')
    this.out.push({ stream, kind, flags, classifier, data })
  }

  #context() {
    return {
      name: 'fuzz',
      inputs: 1,
      bytes: this.bytes,
      emit: (emission, from) => this.#emit(emission, from),
      hold: (block) => this.#hold(block),
      shadow() {},
      edit() {},
      text: () => '',
      stream: (id) => this.streams.get(id),
      openStream: (info) => {
        if (this.streams.has(info.id)) fail(`stream ${info.id} is open`)
        this.streams.set(info.id, info)
      },
      closeStream: (id) => {
        if (!this.streams.delete(id)) fail(`stream ${id} is not open`)
      },
      credit: () => Number.POSITIVE_INFINITY,
      alloc: (size) => {
        const ring = { id: this.#rings.length + 2, base: this.#top, size, reclaim() {}, free() {} }
        this.#rings.push(ring)
        this.#top += size
        if (this.#top > SIZE) fail('the arena is full')
        return ring
      },
      print() {},
      log() {},
      stats: () => ({ blocks: 0, bytes: 0 }),
      fail: (error) => {
        throw error
      },
    }
  }

  #hold({ offset, length }) {
    if (this.#held + length > RINGS) this.#held = HELD
    const at = this.#held
    this.#held += length
    this.bytes.copyWithin(at, offset, offset + length)
    this.holding++
    this.heldBytes += length
    let released = false
    const release = () => {
      if (released) fail('released twice')
      released = true
      this.holding--
      this.heldBytes -= length
      this.bytes.fill(this.#poison, at, at + length)
    }
    return { offset: at, length, release }
  }

  #cursor() {
    const { bytes } = this
    const zero = {
      kind: 0,
      l3: -1,
      l4: -1,
      proto: -1,
      classifier: 1,
      stream: 0,
      flags: 0,
      ring: 1,
      position: 0,
      input: 0,
    }
    return {
      ...zero,
      bytes,
      offset: 0,
      length: 0,
      seconds: 1,
      nanoseconds: 5,
      wireLength: 0,
      u8: (at) => bytes[at],
      u16: (at) => bytes[at],
      u32: (at) => bytes[at],
    }
  }
}
