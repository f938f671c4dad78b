import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Input, Io } from './io.js'
import * as node from './io.node.js'
import * as web from './io.web.js'

const { createFile, files, gunzip, openRead, openWrite } = web

const all = async (input: Input): Promise<string> => {
  const into = new Uint8Array(7)
  let text = ''
  for (let n = await input.read(into, 0, 7); n > 0; n = await input.read(into, 0, 7))
    text += Buffer.from(into.subarray(0, n)).toString()
  return text
}
const url = (content: Uint8Array): string =>
  `data:application/octet-stream;base64,${Buffer.from(content).toString('base64')}`

describe('files in a browser', () => {
  it('are reached like files under Node', () => {
    const both: Io[] = [web, node]
    for (const { openRead, openWrite, createFile, gunzip } of both)
      expect([openRead, openWrite, createFile, gunzip].every((f) => typeof f === 'function')).toBe(true)
  })

  it('fetches what it reads, and unpacks it', async () => {
    const content = Buffer.from('streamline '.repeat(1000))
    expect(await all(await openRead(url(content)))).toBe(content.toString())
    expect(await all(await gunzip(await openRead(url(gzipSync(content)))))).toBe(content.toString())
    await expect(all(await gunzip(await openRead(url(content))))).rejects.toMatchObject({ code: 'SL_CAPTURE' })
    await expect(openRead('data:broken')).rejects.toMatchObject({ code: 'SL_IO' })
  })

  it('keeps what is written, to be read again', async () => {
    const output = await openWrite('a')
    expect(files.has('a')).toBe(false)
    const bytes = Buffer.from('xabcx')
    expect(await output.write(bytes, 1, 3)).toBe(3)
    bytes.fill(0)
    output.close()
    const more = createFile('a', true)
    more.write(Buffer.from('..de'), 2, 4)
    more.close()
    expect(await all(await openRead('a'))).toBe('abcde')
    createFile('a', false)
    expect(await all(await openRead('a'))).toBe('')
  })
})
