import { StreamlineError } from '@netstreamline/core'
import { openRead } from '#io'

const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
const isKey = (length: number): boolean => length === 16 || length === 24 || length === 32

/** @throws SL_OPTION; the message does not show what was given */
export const parseHex = (text: string, option: string, fits: (bytes: number) => boolean, must: string): Uint8Array => {
  const plain = text.replace(/[\s:]/g, '')
  if (/^(?:[0-9a-fA-F]{2})+$/.test(plain) && fits(plain.length / 2)) return bytesOf(plain)
  throw new StreamlineError('SL_OPTION', `option '${option}' of (aes) has to be ${must}`, {
    option,
    hint: 'Such as `openssl rand -hex 16` prints.',
  })
}

const MUST = '16, 24 or 32 bytes in hexadecimal'
/** Key files are small; what is longer is none. */
const LONGEST = 256

const readAll = async (path: string): Promise<Uint8Array> => {
  const input = await openRead(path)
  try {
    const bytes = new Uint8Array(LONGEST)
    let length = 0
    for (;;) {
      const n = await input.read(bytes, length, LONGEST - length)
      length += n
      if (n === 0 || length === LONGEST) return bytes.slice(0, length)
    }
  } finally {
    input.close()
  }
}

/** The key as given, or read from a file: as it is, or written in hexadecimal. @throws SL_OPTION, SL_NO_FILE … */
export const keyOf = async (key: string | undefined, path: string | undefined): Promise<Uint8Array> => {
  if ((key === undefined) === (path === undefined)) {
    throw new StreamlineError('SL_OPTION', '(aes) takes either key or keyfile', {
      option: 'key',
      hint: 'A file keeps the key out of the list of processes.',
    })
  }
  if (key !== undefined) return parseHex(key, 'key', isKey, MUST)
  const bytes = await readAll(path!)
  if (isKey(bytes.length)) return bytes
  return parseHex(new TextDecoder().decode(bytes), 'keyfile', isKey, `a file of a key: ${MUST}, or as they are`)
}
