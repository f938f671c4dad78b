/**
 * Captured bytes are hostile: on a terminal, control characters can move the cursor, set the title or answer for the
 * user, and direction marks can make text look like another. C0 and C1 controls, DEL, line and paragraph separators,
 * direction marks and the byte order mark are shown as escapes; tab stays.
 */
const HOSTILE = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g

/** `text` with everything that a terminal might obey written as `\\xHH` or `\\u{HHHH}`. */
export const escapeText = (text: string): string =>
  text.replace(HOSTILE, (c) => {
    const code = c.charCodeAt(0)
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
  })

const WIDTH = 16

/** Lines of offset, 16 bytes in hexadecimal and the printable ones of them, like `hexdump -C`. */
export const hexLines = (bytes: Uint8Array, offset: number, length: number): string[] => {
  const lines: string[] = []
  for (let at = 0; at < length; at += WIDTH) {
    const row = bytes.slice(offset + at, offset + Math.min(at + WIDTH, length))
    const hex = Array.from(row, (b) => b.toString(16).padStart(2, '0')).join(' ')
    const text = Array.from(row, (b) => (b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : '.')).join('')
    lines.push(`  ${at.toString(16).padStart(6, '0')}  ${hex.padEnd(WIDTH * 3 - 1)}  ${text}`)
  }
  return lines
}
