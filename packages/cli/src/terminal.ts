import { fstatSync } from 'node:fs'

/** Linux: the major number of /dev/null and its like, major 1 in the upper byte of 16 bits. */
const isMemoryDevice = (rdev: number): boolean => process.platform === 'linux' && rdev >> 8 === 1

/**
 * Is this descriptor a terminal? `process.stderr` and `node:tty` load the network stack, so they are asked only when
 * the descriptor could be one at all.
 */
export const isTerminal = (fd: 1 | 2): boolean => {
  try {
    const stat = fstatSync(fd)
    if (!stat.isCharacterDevice() || isMemoryDevice(stat.rdev)) return false
  } catch {
    return false
  }
  return (fd === 1 ? process.stdout : process.stderr).isTTY === true
}

/** Control characters as their pictures (U+2400…): a file name must not steer the user's terminal. */
export const safe = (text: string): string =>
  text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g, (c) => {
    const code = c.charCodeAt(0)
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? '\u2421' : '\ufffd'
  })
