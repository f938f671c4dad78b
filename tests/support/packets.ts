import { readFileSync } from 'node:fs'

/** The packets of a capture in the classic format, little endian: a second reader, to hold Streamline's against. */
export const packetsOf = (file: string): Uint8Array[] => {
  const bytes = readFileSync(file)
  if (![0xa1b2c3d4, 0xa1b23c4d].includes(bytes.readUInt32LE(0))) throw new Error(`${file} has another format`)
  const packets: Uint8Array[] = []
  for (let at = 24; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at + 8)
    packets.push(bytes.subarray(at + 16, at + 16 + length))
    at += 16 + length
  }
  return packets
}

/** Entropy in bits per byte, by its other formula: log2 n - (1/n) Σ c·log2 c. */
export const entropyOf = (bytes: Uint8Array): number => {
  const counts = new Map<number, number>()
  for (const byte of bytes) counts.set(byte, (counts.get(byte) ?? 0) + 1)
  let sum = 0
  for (const count of counts.values()) sum += count * Math.log2(count)
  return Math.log2(bytes.length) - sum / bytes.length
}
