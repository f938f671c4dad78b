import { createHash } from 'node:crypto'
import {
  appendFileSync,
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import fc from 'fast-check'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { loadNative, nativeProblem } from '../native/load.node.js'
import { sendFile } from './send-file.node.js'

const dir = mkdtempSync(join(tmpdir(), 'streamline-send-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const sockets: { destroy(): void }[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
})

/** Bytes that say where they are. */
const pattern = (bytes: number): Buffer => {
  const data = Buffer.alloc(bytes)
  for (let i = 0; i < bytes; i++) data[i] = (i * 31 + (i >> 8) * 7 + (i >> 16)) & 255
  return data
}
const SIZE = 3_000_001
const data = pattern(SIZE)
const path = join(dir, 'data')
writeFileSync(path, data)
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Two ends of a connection. */
const connected = async (): Promise<{ near: Socket; far: Socket }> => {
  const server = createServer()
  const far = new Promise<Socket>((done) => server.once('connection', done))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const pair = { near, far: await far }
  server.close()
  for (const socket of [near, pair.far]) {
    sockets.push(socket)
    socket.on('error', () => {})
  }
  return pair
}

const all = async (from: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of from) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const turn = (ms = 0): Promise<void> => new Promise((done) => setTimeout(done, ms))

const native = loadNative()
const ways = [
  { way: 'copied', options: { native: null, bufferBytes: 10_000 } },
  { way: 'by the system', options: {} },
]
if (native === undefined) console.warn(`sendFile by the system is not tested: ${nativeProblem()}`)

describe.each(native === undefined ? ways.slice(0, 1) : ways)('a file that is sent, $way', ({ options }) => {
  it('arrives at a socket between what was written before and after', async () => {
    const { near, far } = await connected()
    const got = all(far)
    near.write('before ')
    const sending = sendFile(path, near, options)
    await turn()
    near.write(' after')
    expect(await sending).toBe(SIZE)
    near.end()
    const bytes = await got
    expect(bytes.length).toBe(SIZE + 13)
    expect(bytes.subarray(0, 7).toString()).toBe('before ')
    expect(digest(bytes.subarray(7, 7 + SIZE))).toBe(digest(data))
    expect(bytes.subarray(-6).toString()).toBe(' after')
  })

  it('waits for a socket that connects', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((done) => server.once('listening', done))
    const got = new Promise<Socket>((done) => server.once('connection', done)).then(all)
    const near = connect((server.address() as AddressInfo).port, '127.0.0.1')
    sockets.push(near)
    expect(await sendFile(path, near, options)).toBe(SIZE)
    near.end()
    expect(digest(await got)).toBe(digest(data))
    server.close()
  })

  it('is any range of it, to a file', async () => {
    const to = join(dir, 'copy')
    await fc.assert(
      fc.asyncProperty(fc.nat(SIZE + 10), fc.option(fc.nat(50_000), { nil: undefined }), async (offset, length) => {
        const fd = openSync(to, 'w')
        try {
          const wanted = data.subarray(offset, length === undefined ? undefined : offset + length)
          expect(await sendFile(path, fd, { ...options, offset, length })).toBe(wanted.length)
          expect(digest(readFileSync(to))).toBe(digest(wanted))
        } finally {
          closeSync(fd)
        }
      }),
      { numRuns: 20 },
    )
  })

  it('goes to a file that is open for appending', async () => {
    const to = join(dir, 'log')
    writeFileSync(to, 'head')
    const log = await open(to, 'a')
    expect(await sendFile(path, log, { ...options, length: 1000 })).toBe(1000)
    await log.close()
    expect(readFileSync(to)).toEqual(Buffer.concat([Buffer.from('head'), data.subarray(0, 1000)]))
  })

  it('goes to a descriptor that does not block, as fast as the other end takes it', async () => {
    const { near, far } = await connected()
    far.pause()
    const { fd } = (near as unknown as { _handle: { fd: number } })._handle
    const sending = sendFile(path, fd, options)
    let isDone = false
    void sending.then(() => {
      isDone = true
    })
    await turn(50)
    // 3 MB do not fit the system's buffers of a connection on which nobody reads.
    expect(isDone).toBe(false)
    const got = all(far)
    expect(await sending).toBe(SIZE)
    near.end()
    expect(digest(await got)).toBe(digest(data))
  })

  it('ends early when it gets shorter meanwhile', async () => {
    const shrinking = join(dir, 'shrinking')
    writeFileSync(shrinking, data)
    const { near, far } = await connected()
    far.pause()
    const sending = sendFile(shrinking, near, options)
    await turn(50)
    truncateSync(shrinking, 1000)
    const got = all(far)
    const sent = await sending
    expect(sent).toBeLessThan(SIZE)
    near.end()
    expect((await got).length).toBe(sent)
  })

  it('says so when the other end goes', async () => {
    const { near, far } = await connected()
    far.pause()
    const sending = sendFile(path, near, options)
    await turn(20)
    far.resetAndDestroy()
    await expect(sending).rejects.toMatchObject({ code: 'SL_BROKEN_PIPE' })
  })

  it('stops when its signal fires, though nobody takes anything', async () => {
    const { near, far } = await connected()
    far.pause()
    const stop = new AbortController()
    const { fd } = (near as unknown as { _handle: { fd: number } })._handle
    const sending = sendFile(path, fd, { ...options, signal: stop.signal })
    await turn(20)
    stop.abort(new Error('enough'))
    await expect(sending).rejects.toMatchObject({ code: 'SL_INTERRUPTED', cause: { message: 'enough' } })
  })

  it('names what is wrong with it', async () => {
    const { near } = await connected()
    await expect(sendFile(join(dir, 'none'), near, options)).rejects.toMatchObject({ code: 'SL_NO_FILE' })
    await expect(sendFile(dir, near, options)).rejects.toMatchObject({ code: 'SL_IS_DIRECTORY' })
    await expect(sendFile(path, near, { ...options, offset: -1 })).rejects.toMatchObject({ code: 'SL_USAGE' })
    near.destroy()
    await expect(sendFile(path, near, options)).rejects.toMatchObject({ code: 'SL_BROKEN_PIPE' })
  })

  it('may be a device, of which only so many bytes are asked', async () => {
    const { near, far } = await connected()
    const got = all(far)
    expect(await sendFile('/dev/zero', near, { ...options, length: 100_000 })).toBe(100_000)
    near.end()
    expect(await got).toEqual(Buffer.alloc(100_000))
  })

  it('may be empty', async () => {
    const empty = join(dir, 'empty')
    writeFileSync(empty, '')
    const { near } = await connected()
    expect(await sendFile(empty, near, options)).toBe(0)
  })
})

describe('a file that is sent to a stream', () => {
  it('is copied for one that keeps what it is given', async () => {
    const kept: Buffer[] = []
    const keeper = new Writable({
      write(chunk: Buffer, _encoding, done) {
        kept.push(chunk)
        setImmediate(done)
      },
    })
    expect(await sendFile(path, keeper, { bufferBytes: 65_536 })).toBe(SIZE)
    expect(digest(Buffer.concat(kept))).toBe(digest(data))
    const through = new PassThrough()
    const got = all(through)
    await sendFile(path, through, { bufferBytes: 65_536 })
    through.end()
    expect(digest(await got)).toBe(digest(data))
  })

  it('fails with the error of the stream, and leaves no listener behind', async () => {
    let count = 0
    const bad = new Writable({
      write(_chunk, _encoding, done) {
        done(++count === 3 ? new Error('no more') : null)
      },
    })
    bad.on('error', () => {})
    const before = bad.listenerCount('close')
    await expect(sendFile(path, bad, { bufferBytes: 1000 })).rejects.toMatchObject({
      code: 'SL_IO',
      message: /no more/,
    })
    expect(bad.listenerCount('close')).toBe(before)
  })
})

describe('a file that grows while it is sent', () => {
  it.skipIf(native === undefined)('is sent with what was added before its end was found', async () => {
    const growing = join(dir, 'growing')
    writeFileSync(growing, data)
    let calls = 0
    const slow = {
      async sendfile(to: number, from: number, offset: number, length: number): Promise<number> {
        if (++calls === 2) appendFileSync(growing, 'more')
        return native!.sendfile(to, from, offset, Math.min(length, SIZE))
      },
    }
    const fd = openSync(join(dir, 'grown'), 'w')
    expect(await sendFile(growing, fd, { native: slow })).toBe(SIZE + 4)
    closeSync(fd)
    expect(calls).toBe(3)
  })
})
