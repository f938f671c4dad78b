/** A packet as tests write it. */
export interface Packet {
  seconds: number
  /** In units of the file. */
  fraction: number
  data: Uint8Array
  wire?: number
}

/** Bytes put together from numbers of 2, 4 or 8 bytes and arrays. */
export class Bytes {
  private readonly parts: number[] = []
  private readonly little: boolean
  constructor(little: boolean) {
    this.little = little
  }
  private number(value: bigint, size: number): this {
    for (let i = 0; i < size; i++)
      this.parts.push(Number((value >> BigInt(8 * (this.little ? i : size - 1 - i))) & 0xffn))
    return this
  }
  u16 = (...values: number[]): this => {
    for (const v of values) this.number(BigInt(v), 2)
    return this
  }
  u32 = (...values: number[]): this => {
    for (const v of values) this.number(BigInt(v), 4)
    return this
  }
  u64 = (value: bigint): this => this.number(value, 8)
  add = (bytes: Iterable<number>): this => {
    for (const b of bytes) this.parts.push(b)
    return this
  }
  pad = (): this => {
    while (this.parts.length % 4) this.parts.push(0)
    return this
  }
  get length(): number {
    return this.parts.length
  }
  done = (): Uint8Array => Uint8Array.from(this.parts)
}

export interface PcapShape {
  little?: boolean
  magic?: number
  version?: [number, number]
  snaplen?: number
  linktype?: number
}

/** A pcap file. */
export const pcapFile = (packets: Packet[], shape: PcapShape = {}): Uint8Array => {
  const { little = true, magic = 0xa1b2c3d4, version = [2, 4], snaplen = 262144, linktype = 1 } = shape
  const swapped = version[0] === 543 || version[1] < 3
  const head = new Bytes(little)
    .u32(magic)
    .u16(...version)
    .u32(0, 0, snaplen, linktype)
    .done()
  const records = packets.map((p) => {
    const wire = p.wire ?? p.data.length
    const lengths = swapped ? [wire, p.data.length] : [p.data.length, wire]
    const record = new Bytes(little).u32(p.seconds, p.fraction, ...lengths)
    if (magic === 0xa1b2cd34) record.u32(7, 8)
    return concat([record.done(), p.data])
  })
  return concat([head, ...records])
}

/** A block of pcapng around `body`. */
export const block = (little: boolean, type: number, body: Bytes): Uint8Array => {
  const length = body.pad().length + 12
  return new Bytes(little).u32(type, length).add(body.done()).u32(length).done()
}

/** Section Header Block. */
export const section = (little: boolean): Uint8Array =>
  block(little, 0x0a0d0d0a, new Bytes(little).u32(0x1a2b3c4d).u16(1, 0).u64(0xffffffffffffffffn))

/** Interface Description Block; `resolution` and `offset` as in if_tsresol and if_tsoffset. */
export const iface = (
  little: boolean,
  linktype: number,
  snaplen: number,
  resolution?: number,
  offset?: bigint,
): Uint8Array => {
  const body = new Bytes(little).u16(linktype, 0).u32(snaplen)
  if (resolution !== undefined) body.u16(9, 1).add([resolution]).pad()
  if (offset !== undefined) body.u16(14, 8).u64(BigInt.asUintN(64, offset))
  return block(little, 1, body.u16(0, 0))
}

/** Enhanced Packet Block. */
export const enhanced = (
  little: boolean,
  id: number,
  ticks: bigint,
  data: Uint8Array,
  wire = data.length,
): Uint8Array =>
  block(
    little,
    6,
    new Bytes(little).u32(id, Number(ticks >> 32n), Number(ticks & 0xffffffffn), data.length, wire).add(data),
  )

export const concat = (parts: Uint8Array[]): Uint8Array => {
  const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
