import { execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import {
  appendFileSync,
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import fc from 'fast-check'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { loadNative, nativeProblem } from '../native/load.node.js'
import { connected, digest, lengthOf, pattern, type Sockets, wholeOf } from '../testing/disk.js'
import { sendFile } from './send-file.node.js'

const dir = mkdtempSync(join(tmpdir(), 'streamline-send-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const sockets: Sockets = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
})

const SIZE = 3_000_001
const data = pattern(SIZE)
const path = join(dir, 'data')
writeFileSync(path, data)
/** More than the system keeps of a connection on which nobody reads; takes no room on disk. */
const LARGE = 2 ** 26
const large = join(dir, 'large')
writeFileSync(large, '')
truncateSync(large, LARGE)

const turn = (ms = 0): Promise<void> => new Promise((done) => setTimeout(done, ms))

const native = loadNative()
const ways = [
  { way: 'copied', options: { native: null, bufferBytes: 10_000 } },
  { way: 'by the system', options: {} },
]
if (native === undefined) console.warn(`sendFile by the system is not tested: ${nativeProblem()}`)

describe.each(native === undefined ? ways.slice(0, 1) : ways)('a file that is sent, $way', ({ options }) => {
  it('arrives at a socket between what was written before and after', async () => {
    const { near, far } = await connected(sockets)
    const got = wholeOf(far)
    near.write('before ')
    expect(await sendFile(path, near, options)).toBe(SIZE)
    near.write(' after')
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
    const got = new Promise<Socket>((done) => server.once('connection', done)).then(wholeOf)
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
    const { near, far } = await connected(sockets)
    far.pause()
    const { fd } = (near as unknown as { _handle: { fd: number } })._handle
    const sending = sendFile(large, fd, options)
    let isDone = false
    void sending.then(() => {
      isDone = true
    })
    await turn(50)
    expect(isDone).toBe(false)
    const got = lengthOf(far)
    expect(await sending).toBe(LARGE)
    near.end()
    expect(await got).toBe(LARGE)
  })

  it('ends early when it gets shorter meanwhile', async () => {
    const shrinking = join(dir, 'shrinking')
    writeFileSync(shrinking, '')
    truncateSync(shrinking, LARGE)
    const { near, far } = await connected(sockets)
    far.pause()
    const sending = sendFile(shrinking, near, options)
    await turn(50)
    truncateSync(shrinking, 1000)
    const got = lengthOf(far)
    const sent = await sending
    expect(sent).toBeLessThan(LARGE)
    near.end()
    expect(await got).toBe(sent)
  })

  it('says so when the other end goes', async () => {
    const { near, far } = await connected(sockets)
    far.pause()
    const sending = sendFile(large, near, options)
    await turn(20)
    far.resetAndDestroy()
    await expect(sending).rejects.toMatchObject({ code: 'SL_BROKEN_PIPE' })
  })

  it.each(['socket', 'descriptor'])(
    'stops when its signal fires, though nobody takes anything from the %s',
    async (to) => {
      const { near, far } = await connected(sockets)
      far.pause()
      const stop = new AbortController()
      const { fd } = (near as unknown as { _handle: { fd: number } })._handle
      const sending = sendFile(large, to === 'socket' ? near : fd, { ...options, signal: stop.signal })
      await turn(20)
      stop.abort(new Error('enough'))
      await expect(sending).rejects.toMatchObject({ code: 'SL_INTERRUPTED', cause: { message: 'enough' } })
    },
  )

  it('names what is wrong with it', async () => {
    const { near } = await connected(sockets)
    await expect(sendFile(join(dir, 'none'), near, options)).rejects.toMatchObject({ code: 'SL_NO_FILE' })
    await expect(sendFile(dir, near, options)).rejects.toMatchObject({ code: 'SL_IS_DIRECTORY' })
    await expect(sendFile(path, near, { ...options, offset: -1 })).rejects.toMatchObject({ code: 'SL_USAGE' })
    near.destroy()
    await expect(sendFile(path, near, options)).rejects.toMatchObject({ code: 'SL_BROKEN_PIPE' })
  })

  it('may be a device, of which only so many bytes are asked', async () => {
    const { near, far } = await connected(sockets)
    const got = wholeOf(far)
    expect(await sendFile('/dev/zero', near, { ...options, length: 100_000 })).toBe(100_000)
    near.end()
    expect(digest(await got)).toBe(digest(Buffer.alloc(100_000)))
  })

  it('goes to a path, of which nothing else is left', async () => {
    const to = join(dir, 'path')
    writeFileSync(to, Buffer.alloc(SIZE + 1000))
    expect(await sendFile(path, to, options)).toBe(SIZE)
    expect(digest(readFileSync(to))).toBe(digest(data))
  })

  it('may be what comes out of a pipe, until its writer ends', async () => {
    const { near, far } = await connected(sockets)
    const got = wholeOf(far)
    const fifo = join(dir, `fifo-${randomUUID()}`)
    execFileSync('mkfifo', [fifo])
    // Slower than it is sent.
    const writer = spawn('sh', ['-c', `{ head -c 1500000 ${path}; sleep 0.3; tail -c +1500001 ${path}; } > ${fifo}`])
    expect(await sendFile(fifo, near, options)).toBe(SIZE)
    near.end()
    expect(digest(await got)).toBe(digest(data))
    await new Promise((done) => (writer.exitCode === null ? writer.once('exit', done) : done(0)))
  })

  it('stops when its signal fires, though a pipe gives nothing', async () => {
    const { near, far } = await connected(sockets)
    const got = wholeOf(far)
    const fifo = join(dir, `fifo-${randomUUID()}`)
    execFileSync('mkfifo', [fifo])
    const both = openSync(fifo, 'r+')
    const stop = new AbortController()
    const sending = sendFile(fifo, near, { ...options, signal: stop.signal })
    writeSync(both, 'some')
    await turn(50)
    stop.abort()
    await expect(sending).rejects.toMatchObject({ code: 'SL_INTERRUPTED' })
    // A thread may still be reading.
    writeSync(both, 'more')
    closeSync(both)
    near.end()
    expect((await got).toString()).toBe('some')
  })

  it('goes through a pipe that blocks, as fast as it is read', async () => {
    const reader = spawn('sh', ['-c', 'sleep 0.2; sha256sum'], { stdio: ['pipe', 'pipe', 'inherit'] })
    const sum = wholeOf(reader.stdout)
    expect(await sendFile(path, reader.stdin, options)).toBe(SIZE)
    reader.stdin.end()
    expect((await sum).toString()).toContain(digest(data))
  })

  it.each(['length', 'chunked', 'HEAD'])('is the body of a response: %s', async (how) => {
    const sent: Promise<number>[] = []
    const server = createHttpServer((_request, response) => {
      if (how === 'length') response.writeHead(200, { 'Content-Length': SIZE })
      else if (how === 'HEAD') response.setHeader('Content-Length', SIZE)
      const sending = sendFile(path, response, options)
      sent.push(sending)
      void sending.then(() => response.end())
    }).listen(0, '127.0.0.1')
    await new Promise((done) => server.once('listening', done))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    // Twice over one connection: the first response must have ended where it said.
    for (const _ of [1, 2]) {
      const response = await fetch(url, { method: how === 'HEAD' ? 'HEAD' : 'GET' })
      const body = new Uint8Array(await response.arrayBuffer())
      expect(digest(body)).toBe(digest(how === 'HEAD' ? new Uint8Array(0) : data))
    }
    expect(await Promise.all(sent)).toEqual(how === 'HEAD' ? [0, 0] : [SIZE, SIZE])
    server.closeAllConnections()
    server.close()
  })

  it('may be empty', async () => {
    const empty = join(dir, 'empty')
    writeFileSync(empty, '')
    const { near } = await connected(sockets)
    expect(await sendFile(empty, near, options)).toBe(0)
  })
})

describe.skipIf(native === undefined)('a file that is sent by the system', () => {
  it('keeps its place in a stream, whatever is written meanwhile', async () => {
    const { near, far } = await connected(sockets)
    const got = wholeOf(far)
    near.write('before ')
    const sending = sendFile(path, near)
    // What is written before the file has begun comes before it.
    while (far.bytesRead <= 7) await turn(1)
    near.write(' after')
    await sending
    near.end()
    const bytes = await got
    expect(digest(bytes.subarray(7, 7 + SIZE))).toBe(digest(data))
    expect(bytes.subarray(-6).toString()).toBe(' after')
  })

  it('is sent to many who take nothing, while others get theirs', async () => {
    const stop = new AbortController()
    setMaxListeners(100, stop.signal)
    const stalled = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const { near, far } = await connected(sockets)
        far.pause()
        return sendFile(large, near, { signal: stop.signal }).catch((error) => error.code)
      }).map((connection) => Promise.race([connection, turn(50)])),
    )
    expect(stalled.every((result) => result === undefined)).toBe(true)
    const { near, far } = await connected(sockets)
    const got = wholeOf(far)
    expect(await sendFile(path, near)).toBe(SIZE)
    near.end()
    expect(digest(await got)).toBe(digest(data))
    stop.abort()
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
    const got = wholeOf(through)
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
      async sendfile(to: number, from: number, offset: number, length: number, ms: number): Promise<number> {
        if (++calls === 2) appendFileSync(growing, 'more')
        return native!.sendfile(to, from, offset, Math.min(length, SIZE), ms)
      },
      splice: native!.splice,
    }
    const fd = openSync(join(dir, 'grown'), 'w')
    expect(await sendFile(growing, fd, { native: slow })).toBe(SIZE + 4)
    closeSync(fd)
    expect(calls).toBe(3)
  })
})
