/**
 * Pseudo-headers in the byte order of the host that captured. Blocks hold them in little endian, so those of a
 * big-endian file are turned round in the ring, as they are read.
 */
type Fixup = (bytes: Uint8Array, at: number, length: number) => void

const LINUX_SLL = 113
const USB_LINUX = 189
const USB_LINUX_MMAPPED = 220
const NFLOG = 239

/** Reverses the `size` bytes at `at`. */
const turn = (bytes: Uint8Array, at: number, size: number): void => {
  bytes.subarray(at, at + size).reverse()
}

/** Cooked frames of CAN: the CAN id behind the 16-byte header. */
const cooked: Fixup = (bytes, at, length) => {
  if (length < 20) return
  const protocol = (bytes[at + 14] << 8) | bytes[at + 15]
  if (protocol === 0x000c || protocol === 0x000d) turn(bytes, at + 16, 4)
}

/** Fields of struct usbmon_packet: offset and size. */
const USB_FIELDS = [
  [0, 8],
  [12, 2],
  [16, 8],
  [24, 4],
  [28, 4],
  [32, 4],
  [36, 4],
] as const
const ISOCHRONOUS = 0

const usb =
  (mapped: boolean): Fixup =>
  (bytes, at, length) => {
    const field = (offset: number, size: number): boolean => {
      if (offset + size > length) return false
      turn(bytes, at + offset, size)
      return true
    }
    for (const [offset, size] of USB_FIELDS) if (!field(offset, size)) return
    const isochronous = bytes[at + 9] === ISOCHRONOUS
    if (isochronous && !(field(40, 4) && field(44, 4))) return
    if (!mapped) return
    for (let offset = 48; offset < 64; offset += 4) if (!field(offset, 4)) return
    if (!isochronous) return
    const count = (bytes[at + 60] | (bytes[at + 61] << 8) | (bytes[at + 62] << 16) | (bytes[at + 63] << 24)) >>> 0
    for (let i = 0, offset = 64; i < count; i++, offset += 16)
      if (!(field(offset, 4) && field(offset + 4, 4) && field(offset + 8, 4))) return
  }

/** Netfilter log: type and length of each attribute behind the 4-byte header of version 0. */
const nflog: Fixup = (bytes, at, length) => {
  if (length < 4 || bytes[at + 1] !== 0) return
  let offset = 4
  while (offset + 4 <= length) {
    turn(bytes, at + offset, 2)
    turn(bytes, at + offset + 2, 2)
    const size = bytes[at + offset + 2] | (bytes[at + offset + 3] << 8)
    if (size < 4) return
    offset += (size + 3) & ~3
  }
}

/** How packets of this DLT number from a big-endian file are turned into little endian, if they need to be. */
export const createFixup = (dlt: number): Fixup | undefined => {
  if (dlt === LINUX_SLL) return cooked
  if (dlt === USB_LINUX) return usb(false)
  if (dlt === USB_LINUX_MMAPPED) return usb(true)
  return dlt === NFLOG ? nflog : undefined
}
