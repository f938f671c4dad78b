// Rings as files by the public entries: every kind and strategy, between threads and processes, and to real clients.
import { execFile, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { createArena, createDBuf, createIBuf, type Strategy } from '@netstreamline/rings'
import { openRead, openWrite, splice } from '@netstreamline/rings/file'
import { openReadFrom, openWriteTo, toReadable, toReadableStream, toWritable } from '@netstreamline/rings/file/node'
import { nativeProblem } from '@netstreamline/rings/node'
import { afterAll, afterEach, describe, expect, it } from 'vitest'

const problem = nativeProblem()
const curl = spawnSync('curl', ['--version']).status === 0
const arena = createArena({ bytes: 2 ** 25 })
const dir = mkdtempSync(join(tmpdir(), 'streamline-files-'))
const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
  expect(arena.used).toBe(0)
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const SIZE = 5_000_011
const data = Buffer.alloc(SIZE)
for (let i = 0; i < SIZE; i++) data[i] = (i * 31 + (i >> 8) * 7 + (i >> 16)) & 255
const path = join(dir, 'data')
writeFileSync(path, data)
const block = (n: number): Uint8Array => data.subarray(n * 100, n * 100 + (n % 90))

const kinds = ['c', 'p', 'v', 'd'] as const
const strategies: Strategy[] = ['srp', 'mrp', 'frp']

describe.each(kinds)('a ring of kind %s as a file', (kind) => {
  it.each(strategies)('gives what was written, or says what it lost: %s', async (strategy) => {
    const writing = openWrite(arena, { kind, strategy, bytes: 2 ** 14, slotBytes: 200 })
    const ring = writing.ring!
    const reading = openRead(arena, ring.descriptor, { strategy })
    const writer = (async () => {
      for (let n = 1; n <= 3000; n++) {
        await writing.write(block(n))
        // Slower readers than that lose something, where something can be lost.
        if (n % 40 === 0) await new Promise(setImmediate)
      }
      await writing.close()
    })()
    let seen = 0
    let bytes = 0
    let last = 0
    for await (const view of reading.views()) {
      bytes += view.length
      if (kind !== 'c') {
        last++
        while (last <= 3000 && Buffer.compare(view, block(last)) !== 0) last++
        expect(last).toBeLessThanOrEqual(3000)
      }
      if (reading.intact()) seen++
      if (seen % 200 === 0 && strategy === 'frp') await new Promise((done) => setTimeout(done, 2))
    }
    await writer
    if (strategy === 'srp') expect(reading.lost).toEqual({ blocks: 0, bytes: 0, broken: 0 })
    if (kind === 'c' && strategy === 'srp') {
      expect(bytes).toBe(Array.from({ length: 3000 }, (_, n) => block(n + 1).length).reduce((a, b) => a + b))
    } else if (kind !== 'c') expect(seen + reading.lost.blocks).toBe(3000)
    ring.free()
  })

  it('is spliced to an IBuf by its indices, by peek and write', async () => {
    const writing = openWrite(arena, { kind, bytes: 2 ** 14, slotBytes: 200 })
    const reading = openRead(arena, writing.ring!.descriptor)
    const ibuf = createIBuf(arena, { slots: 256 })
    const indices = openWrite(arena, ibuf)
    const received = openRead(arena, ibuf)
    for (let n = 1; n <= 100; n++) {
      await writing.write(block(n))
      writing.flush()
      const view = reading.tryPeek()
      if (view) expect(await indices.write(view)).toBe(view.length)
    }
    await indices.close()
    const got: Uint8Array[] = []
    for await (const bytes of received) got.push(bytes)
    expect(digest(Buffer.concat(got))).toBe(digest(Buffer.concat(Array.from({ length: 100 }, (_, n) => block(n + 1)))))
    // A block without bytes has nowhere to point to.
    expect(indices).toMatchObject({ linked: kind === 'c' ? 99 : 99, copied: kind === 'c' ? 0 : 1 })
    await reading.close()
    await writing.close()
    writing.ring!.free()
    ibuf.free()
  })

  it('is read by a worker that stands still, and written to the disk there', async () => {
    const writing = openWrite(arena, { kind, bytes: 2 ** 14, slotBytes: 200 })
    const ring = writing.ring!
    const invitation = ring.invite()
    const from = arena.alloc(2 ** 20)
    const to = join(dir, `worker-${kind}`)
    const worker = new Worker(
      `import { workerData as data } from 'node:worker_threads'
       import { attachArena } from '@netstreamline/rings'
       import { openRead, openWriteToSync, spliceSync } from '@netstreamline/rings/file/node'
       const arena = attachArena(data.memory, data.from, data.from + 2 ** 20)
       const reading = openRead(arena, data.invitation)
       const file = openWriteToSync(arena, data.to, { gather: 65536 })
       spliceSync(reading, file)
       file.closeSync()
       reading.closeSync()`,
      {
        eval: true,
        workerData: { memory: arena.memory, invitation, from, to },
        execArgv: ['--input-type=module'],
      } as object,
    )
    const done = new Promise<void>((resolve, reject) => worker.once('exit', () => resolve()).once('error', reject))
    for (let at = 0; at < 300_000; at += 777) await writing.write(data.subarray(at, Math.min(at + 777, 300_000)))
    await writing.close()
    await done
    expect(digest(readFileSync(to))).toBe(digest(data.subarray(0, 300_000)))
    ring.free()
    arena.free(from)
  })
})

describe('a file that goes through a ring to a client', () => {
  /** Serves the file: from the disk into a ring, from there to the socket. */
  const serve = async (): Promise<{ port: number; ends: Promise<void>[] }> => {
    const ends: Promise<void>[] = []
    const server = createServer((request, response) => {
      const [, how] = request.url!.split('/')
      if (how !== 'chunked') response.setHeader('Content-Length', SIZE)
      ends.push(
        (async () => {
          const file = await openReadFrom(arena, path, { prefetch: 2 ** 16 })
          const ring = openWrite(arena, { kind: 'c', bytes: 2 ** 18 })
          const reading = openRead(arena, ring.ring!.descriptor)
          const socket = await openWriteTo(arena, response)
          try {
            await Promise.all([
              splice(file, ring).then(() => ring.close()),
              how === 'stream' ? toReadable(reading).pipe(response, { end: false }) : splice(reading, socket),
            ])
            if (how === 'stream') await reading.close()
            await socket.close()
            response.end()
          } finally {
            await Promise.all([file.close(), reading.close(), socket.abort()])
            ring.ring!.free()
          }
        })(),
      )
    })
    servers.push(server)
    server.listen(0, '127.0.0.1')
    await new Promise((done) => server.once('listening', done))
    return { port: (server.address() as AddressInfo).port, ends }
  }

  it.skipIf(!curl)(`arrives at curl${curl ? '' : ' (skipped: there is no curl)'}`, async () => {
    const { port, ends } = await serve()
    for (const how of ['length', 'chunked']) {
      const url = `http://127.0.0.1:${port}/${how}`
      const { stdout } = await promisify(execFile)('curl', ['-sS', url, url], {
        encoding: 'buffer',
        maxBuffer: 3 * SIZE,
      })
      expect(digest(stdout)).toBe(digest(Buffer.concat([data, data])))
    }
    await Promise.all(ends)
    expect(ends.length).toBe(4)
  })

  it('arrives at a socket that reads slowly', async () => {
    const { port, ends } = await serve()
    const socket = connect(port, '127.0.0.1')
    socket.write('GET /length HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    const chunks: Buffer[] = []
    for await (const chunk of socket) {
      chunks.push(chunk)
      if (chunks.length % 20 === 0) await new Promise((done) => setTimeout(done, 5))
    }
    const all = Buffer.concat(chunks)
    const body = all.subarray(all.indexOf('\r\n\r\n') + 4)
    expect(digest(body)).toBe(digest(data))
    await Promise.all(ends)
  })

  it('leaves nothing behind when the client goes', async () => {
    const { port, ends } = await serve()
    const socket = connect(port, '127.0.0.1')
    socket.write('GET /length HTTP/1.1\r\nHost: x\r\n\r\n')
    socket.once('data', () => socket.resetAndDestroy())
    await new Promise((done) => socket.once('close', done))
    await expect(Promise.all(ends)).rejects.toMatchObject({ code: 'SL_BROKEN_PIPE' })
  })
})

describe.skipIf(problem !== undefined)(
  `files over rings of other processes${problem ? ` (skipped: ${problem})` : ''}`,
  () => {
    const start = (program: string, ...args: string[]) => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program, ...args], {
        cwd: import.meta.dirname,
        stdio: ['ignore', 'inherit', 'inherit'],
      })
      return new Promise<number | null>((done) => child.once('exit', done))
    }
    const writer = `
      import { openReadFrom, openWriteShared, splice } from '@netstreamline/rings/file/node'
      import { createArena } from '@netstreamline/rings'
      const [dir, kind, path] = process.argv.slice(1)
      const arena = createArena({ bytes: 2 ** 24 })
      const ring = openWriteShared({ name: 'shared', dir, kind, bytes: 2 ** 16, slotBytes: 500, arena })
      const file = await openReadFrom(arena, path)
      await splice(file, ring)
      await ring.close()
      await file.close()
      if (arena.used !== 0) process.exit(3)`
    const reader = `
      import { openReadShared, openWriteTo, splice, openWrite, openRead } from '@netstreamline/rings/file/node'
      import { createArena, createIBuf } from '@netstreamline/rings'
      const [dir, how, to] = process.argv.slice(1)
      const arena = createArena({ bytes: 2 ** 24 })
      let ring
      while (ring === undefined) {
        try { ring = openReadShared('shared', { dir, arena, from: 'oldest' }) } catch { await new Promise((done) => setTimeout(done, 10)) }
      }
      const file = await openWriteTo(arena, to)
      if (how === 'direct') await splice(ring, file)
      else {
        // By indices, so that blocks stay in the ring of the other process until they are on the disk.
        const ibuf = createIBuf(arena, { slots: 16 })
        const indices = openWrite(arena, ibuf)
        await Promise.all([splice(ring, indices).then(() => indices.close()), splice(openRead(arena, ibuf), file)])
        if (indices.copied > 0) process.exit(4)
        ibuf.free()
      }
      await ring.close()
      await file.close()
      if (arena.used !== 0) process.exit(3)`

    it.each(kinds.flatMap((kind) => ['direct', 'indices'].map((how) => ({ kind, how }))))(
      'bring a file to another process: $kind, $how',
      async ({ kind, how }) => {
        const names = mkdtempSync(join(tmpdir(), 'streamline-names-'))
        const to = join(dir, `shared-${kind}-${how}`)
        const codes = await Promise.all([start(writer, names, kind, path), start(reader, names, how, to)])
        expect(codes).toEqual([0, 0])
        expect(digest(readFileSync(to))).toBe(digest(data))
        rmSync(names, { recursive: true })
      },
    )
  },
)

describe('an IBuf as a file', () => {
  it('carries a file with a data buffer of its own, as streams of both kinds', async () => {
    for (const how of ['node', 'web']) {
      const dbuf = createDBuf(arena, { bytes: 2 ** 16 })
      const ibuf = createIBuf(arena, { slots: 64 })
      const writing = openWrite(arena, ibuf, { data: dbuf })
      const reading = openRead(arena, ibuf)
      const source = toReadable(await openReadFrom(arena, path))
      source.pipe(toWritable(writing))
      const hash = createHash('sha256')
      const stream = how === 'node' ? toReadable(reading) : toReadableStream(reading)
      for await (const bytes of stream as AsyncIterable<Uint8Array>) hash.update(bytes)
      expect(hash.digest('hex')).toBe(digest(data))
      dbuf.free()
      ibuf.free()
    }
  })
})
