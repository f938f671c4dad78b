import { once } from 'node:events'
import { Readable, Transform, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { createArena } from '../arena.js'
import { digest, pattern, wholeOf } from '../testing/disk.js'
import { block, coded, joined, KINDS, Rigs } from '../testing/files.js'
import { toReadable } from './readable.node.js'
import { toReadableStream } from './readable-stream.js'
import { toWritable } from './writable.node.js'
import { toWritableStream } from './writable-stream.js'

const rigs = new Rigs(createArena({ bytes: 2 ** 22 }))
afterEach(rigs.end)

const data = pattern(300_000)
const turn = (ms = 0): Promise<void> => new Promise((done) => setTimeout(done, ms))
const lengths = [5, 0, 300, 2000, 1, 100, 8000, 17]
const blocks = lengths.map((length, n) => block(n, length))
/** What a stream of bytes keeps of them. */
const full = blocks.filter(({ length }) => length > 0)

describe.each(KINDS)('streams over a ring of kind %s', (kind) => {
  const isStream = kind === 'c'
  const same = (got: Uint8Array[]): void => {
    if (isStream) expect(joined(got)).toEqual(joined(blocks))
    else expect(got.map((bytes) => new Uint8Array(bytes))).toEqual(blocks)
  }

  it('carry blocks in both directions: Node', async () => {
    const { writing, reading } = rigs.pair(kind)
    const got: Uint8Array[] = []
    const sink = new Writable({
      objectMode: true,
      write(chunk: Uint8Array, _encoding, done) {
        got.push(chunk)
        setImmediate(done)
      },
    })
    await Promise.all([
      pipeline(Readable.from(blocks, { objectMode: true }), new Transform(pass), toWritable(writing)),
      pipeline(toReadable(reading), sink),
    ])
    same(got)
    expect(writing.isClosed && reading.isClosed).toBe(true)
  })

  it('carry blocks in both directions: Web', async () => {
    const { writing, reading } = rigs.pair(kind)
    const got: Uint8Array[] = []
    const from = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const bytes of blocks) controller.enqueue(bytes)
        controller.close()
      },
    })
    const to = new WritableStream<Uint8Array>({
      async write(chunk) {
        got.push(chunk)
        await turn()
      },
    })
    await Promise.all([from.pipeTo(toWritableStream(writing)), toReadableStream(reading).pipeTo(to)])
    same(got)
    expect(writing.isClosed && reading.isClosed).toBe(true)
  })

  it('may be streams of bytes whatever the ring is', async () => {
    for (const how of ['node', 'web'] as const) {
      const { writing, reading } = rigs.pair(kind)
      const bytes =
        how === 'node'
          ? wholeOf(toReadable(reading, { blocks: false, chunkBytes: 77 }))
          : wholeOf(
              toReadableStream(reading, { type: 'bytes', chunkBytes: 77 }) as unknown as AsyncIterable<Uint8Array>,
            )
      for (const one of blocks) await writing.write(one)
      await writing.close()
      expect(new Uint8Array(await bytes)).toEqual(joined(full))
    }
  })

  it('are read to memory of the reader', async () => {
    const { writing, reading } = rigs.pair(kind)
    const reader = toReadableStream(reading, { type: 'bytes' }).getReader({ mode: 'byob' })
    const got: Uint8Array[] = []
    const reads = (async () => {
      let room = new Uint8Array(999)
      for (;;) {
        const { value, done } = await reader.read(room)
        if (done) return value
        expect(value.length).toBeGreaterThan(0)
        got.push(value.slice())
        room = new Uint8Array(value.buffer)
      }
    })()
    for (const one of blocks) await writing.write(one)
    await writing.close()
    expect((await reads)!.length).toBe(0)
    expect(joined(got)).toEqual(joined(full))
    expect(reading.isClosed).toBe(true)
  })

  it('hold the writer back when nobody reads', async () => {
    const sinks = [
      (file: Parameters<typeof toReadable>[0]) => pipeline(toReadable(file, { highWaterMark: 1 }), stuck()),
      (file: Parameters<typeof toReadable>[0]) =>
        toReadableStream(file).pipeTo(new WritableStream({ write: () => never })),
    ]
    for (const sink of sinks) {
      const { writing, reading } = rigs.pair(kind, { bytes: 4096 })
      const ended = sink(reading).catch(() => {})
      let written = 0
      const stream = toWritable(writing)
      for (; written < 100_000 && stream.write(block(written, 100)); written += 100) await turn()
      // No room in the ring, so the stream keeps its own high-water mark, and says so.
      expect(written).toBeLessThan(60_000)
      reading.closeSync()
      stream.destroy()
      await Promise.race([ended, turn(5)])
    }
  })
})

const pass = {
  objectMode: true,
  transform(chunk: Uint8Array, _encoding: string, done: (error: null, chunk: Uint8Array) => void) {
    done(null, chunk)
  },
}
const never = new Promise<void>(() => {})
const stuck = (): Writable => new Writable({ objectMode: true, highWaterMark: 1, write() {} })

describe('a stream of Node over a file', () => {
  it('goes through other streams, however fast they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 70_000 }), fc.constantFrom('c', 'd'), async (size, kind) => {
        const { writing, reading } = rigs.pair(kind as 'c' | 'd', { bytes: 16_384 })
        const parts: Buffer[] = []
        for (let at = 0; at < data.length; at += size) parts.push(data.subarray(at, at + size))
        const got: Buffer[] = []
        await Promise.all([
          pipeline(Readable.from(parts), createGzip({ level: 1 }), toWritable(writing)),
          pipeline(toReadable(reading), createGunzip(), async (chunks: AsyncIterable<Buffer>) => {
            for await (const chunk of chunks) got.push(chunk)
          }),
        ])
        expect(digest(Buffer.concat(got))).toBe(digest(data))
        rigs.end()
      }),
      { numRuns: 15 },
    )
  })

  it('fails with the error of the file, and closes it', async () => {
    const { writing, reading } = rigs.pair('d')
    await writing.write(block(0, 10), true)
    const stream = toReadable(reading)
    const failed = once(stream, 'error')
    stream.resume()
    await turn()
    await writing.abort()
    expect((await failed)[0]).toMatchObject({ code: 'SL_BROKEN_PIPE' })
    expect(reading.isClosed).toBe(true)
  })

  it('aborts the file when it is destroyed before its end', async () => {
    const { writing, reading } = rigs.pair('v')
    const from = new Readable({ read() {} })
    const piped = pipeline(from, toWritable(writing))
    from.push(Buffer.from('half of it'))
    expect(await reading.readBlock()).toEqual(new Uint8Array(Buffer.from('half of it')))
    from.destroy(new Error('gone'))
    await expect(piped).rejects.toThrow('gone')
    await expect(reading.readBlock()).rejects.toMatchObject({ code: 'SL_BROKEN_PIPE' })
    await reading.close()
  })

  it('fails when nobody reads the ring any more', async () => {
    const { writing, reading } = rigs.pair('v')
    const stream = toWritable(writing)
    const failed = once(stream, 'error')
    stream.write('first')
    await reading.readBlock()
    await reading.close()
    stream.write('second')
    expect((await failed)[0]).toMatchObject({ code: 'SL_BROKEN_PIPE' })
    expect(writing.isClosed).toBe(true)
  })

  it('is left early by a loop, which closes the file, also while it waits', async () => {
    const { writing, reading, ring } = rigs.pair('d')
    for (let n = 0; n < 3; n++) await writing.write(block(n, 10))
    let seen = 0
    for await (const _ of toReadable(reading)) if (++seen === 2) break
    expect(reading.isClosed).toBe(true)
    expect(ring.readers()).toBe(0)
    const other = rigs.pair('d')
    const stream = toReadable(other.reading)
    stream.on('data', () => {})
    await turn()
    stream.destroy()
    await once(stream, 'close')
    expect(other.ring.readers()).toBe(0)
  })

  it('ends by a signal that is given to pipeline', async () => {
    const { writing, reading } = rigs.pair('c')
    const stop = new AbortController()
    const piped = pipeline(toReadable(reading), new Writable({ write: (_c, _e, done) => done() }), {
      signal: stop.signal,
    })
    await writing.write(block(0, 10))
    await turn()
    stop.abort()
    await expect(piped).rejects.toMatchObject({ name: 'AbortError' })
    expect(reading.isClosed).toBe(true)
  })
})

describe('a Web stream over a file', () => {
  it('is the body of a response, compressed and back', async () => {
    const { writing, reading } = rigs.pair('c', { bytes: 4096 })
    const through = toReadableStream(reading)
      .pipeThrough(new CompressionStream('gzip') as unknown as TransformStream<Uint8Array, Uint8Array>)
      .pipeThrough(new DecompressionStream('gzip') as unknown as TransformStream<Uint8Array, Uint8Array>)
    const text = new Response(through as unknown as BodyInit).arrayBuffer()
    await writing.write(data)
    await writing.close()
    expect(digest(new Uint8Array(await text))).toBe(digest(data))
  })

  it('fails with the error of the file, and closes it', async () => {
    const { writing, reading } = rigs.pair('d')
    const reader = toReadableStream(reading).getReader()
    await writing.write(block(0, 10), true)
    const read = reader.read()
    await turn()
    await writing.abort()
    await expect(read).rejects.toMatchObject({ code: 'SL_BROKEN_PIPE' })
    expect(reading.isClosed).toBe(true)
  })

  it('closes the file when it is cancelled, also while it waits', async () => {
    for (const type of ['bytes', 'blocks'] as const) {
      const { reading, ring } = rigs.pair('d')
      const reader = toReadableStream(reading, { type }).getReader()
      const read = reader.read()
      await turn()
      await reader.cancel('enough')
      expect((await read).done).toBe(true)
      expect(ring.readers()).toBe(0)
    }
  })

  it('aborts the file when it is aborted, also while a write waits', async () => {
    const { writing, reading } = rigs.pair('v')
    const writer = toWritableStream(writing).getWriter()
    const write = writer.write(block(0, 10_000))
    write.catch(() => {})
    writer.closed.catch(() => {})
    await turn()
    await writer.abort(new Error('enough'))
    await expect(write).rejects.toBeDefined()
    await expect(reading.readBlock()).rejects.toMatchObject({ code: 'SL_BROKEN_PIPE' })
    await reading.close()
  })

  it('takes whatever holds bytes, and nothing else', async () => {
    const { writing, reading } = rigs.pair('v')
    const writer = (toWritableStream(writing) as unknown as WritableStream<unknown>).getWriter()
    await writer.write(Uint16Array.of(0x0201, 0x0403))
    await writer.write(Uint8Array.of(5, 6).buffer)
    expect(await reading.readBlock()).toEqual(Uint8Array.of(1, 2, 3, 4))
    expect(await reading.readBlock()).toEqual(Uint8Array.of(5, 6))
    const closed = writer.closed
    await expect(writer.write('text')).rejects.toEqual(coded('SL_USAGE'))
    await expect(closed).rejects.toEqual(coded('SL_USAGE'))
    await reading.close()
    await writing.abort()
  })

  it('is read ahead by nobody', async () => {
    const { writing, reading } = rigs.pair('d')
    const stream = toReadableStream(reading)
    await writing.write(block(0, 10))
    await turn()
    const reader = stream.getReader()
    expect(reading.position).toBe(0)
    expect((await reader.read()).value).toEqual(block(0, 10))
    await writing.close()
    expect((await reader.read()).done).toBe(true)
  })
})
