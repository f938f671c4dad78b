const header = (): Buffer => {
  const h = Buffer.alloc(24)
  h.writeUInt32LE(0xa1b2c3d4, 0)
  h.writeUInt16LE(2, 4)
  h.writeUInt16LE(4, 6)
  h.writeUInt32LE(262_144, 16)
  h.writeUInt32LE(1, 20)
  return h
}

/** An Ethernet frame with a UDP datagram of `size` bytes in all (at least 42) to this port. */
const frame = (size: number, port: number): Buffer => {
  const f = Buffer.alloc(size)
  f.writeUInt16BE(0x0800, 12)
  f[14] = 0x45
  f.writeUInt16BE(size - 14, 16)
  f[22] = 64
  f[23] = 17
  f.writeUInt32BE(0x0a000001, 26)
  f.writeUInt32BE(0x0a000002, 30)
  f.writeUInt16BE(40_000, 34)
  f.writeUInt16BE(port, 36)
  f.writeUInt16BE(size - 34, 38)
  return f
}

/** A pcap file of UDP packets, packet i to the i-th port (in turn) and one second after the one before. */
export const capture = (
  packets: number,
  { size = 100, ports = [53] }: { size?: number; ports?: number[] } = {},
): Buffer => {
  const parts = [header()]
  for (let i = 0; i < packets; i++) {
    const record = Buffer.alloc(16)
    record.writeUInt32LE(1_700_000_000 + i, 0)
    record.writeUInt32LE(size, 8)
    record.writeUInt32LE(size, 12)
    parts.push(record, frame(size, ports[i % ports.length]!))
  }
  return Buffer.concat(parts)
}
