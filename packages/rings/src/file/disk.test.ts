import { execFileSync, spawn } from 'node:child_process'
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createArena } from '../arena.js'
import { createIBuf } from '../ibuf.js'
import { connected, digest, lengthOf, pattern, type Sockets, wholeOf } from '../testing/disk.js'
import { joined, KINDS, Rigs } from '../testing/files.js'
import { openRead, openWrite } from './open.js'
import { openReadFrom, openReadFromSync, openWriteTo, openWriteToSync } from './open.node.js'
import type { ReadingFile } from './reading-file.js'
import { splice, spliceSync } from './splice.js'

const arena = createArena({ bytes: 2 ** 24 })
const rigs = new Rigs(arena)
const sockets: Sockets = []
/** Descriptors of this process that are open on files of the test. */
const opened = (): string[] => {
  const found: string[] = []
  for (const fd of readdirSync('/proc/self/fd')) {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`)
      if (path.startsWith(dir)) found.push(path)
    } catch {
      // That of the directory itself.
    }
  }
  return found
}
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  rigs.end()
})

const dir = mkdtempSync(join(tmpdir(), 'streamline-disk-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const SIZE = 1_000_003
const data = pattern(SIZE)
const path = join(dir, 'data')
writeFileSync(path, data)

const small = { prefetch: 8192 }

describe('a file of the system as a buffer', () => {
  it('has the bytes of the file, and ends with it', async () => {
    const file = await openReadFrom(arena, path, small)
    expect(file.kind).toBe('c')
    expect(digest(await wholeOf(file))).toBe(digest(data))
    expect(file.isClosed).toBe(true)
  })

  it.each([
    ['in place', (file: ReadingFile) => file.views()],
    ['copied', (file: ReadingFile) => file[Symbol.asyncIterator]()],
  ])('is read ahead while others work: %s', async (_, open) => {
    const file = await openReadFrom(arena, path, { prefetch: 2 ** 16 })
    const parts: Uint8Array[] = []
    for await (const bytes of open(file)) {
      parts.push(bytes.slice())
      // Meanwhile the next bytes come.
      await new Promise(setImmediate)
    }
    expect(digest(joined(parts))).toBe(digest(data))
  })

  it('shows nothing before it has been read, and then what was read ahead', async () => {
    const file = await openReadFrom(arena, path, { prefetch: 2 ** 16 })
    expect(file.tryPeek()).toBe(undefined)
    expect(await file.poll(10_000)).toBe(true)
    // The ring is filled though nobody asks for more.
    while (file.tryPeek(1) === undefined || arena.used === 0) await new Promise(setImmediate)
    await new Promise((done) => setTimeout(done, 50))
    expect(file.skip(2 ** 20)).toBeGreaterThan(2 ** 15)
    await file.close()
  })

  it('begins and ends where it is told to', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(SIZE + 10), fc.option(fc.nat(30_000), { nil: undefined }), async (offset, length) => {
        const file = await openReadFrom(arena, path, { ...small, offset, length })
        expect(file.position).toBe(offset)
        const wanted = data.subarray(offset, length === undefined ? undefined : offset + length)
        expect(digest(await wholeOf(file))).toBe(digest(wanted))
      }),
      { numRuns: 20 },
    )
  })

  it('can be read anywhere, in any order, by either hand', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('seek' as const), to: fc.nat(SIZE + 100) }),
      // Near, so that it is often in the ring.
      fc.record({ do: fc.constant('move' as const), by: fc.integer({ min: -3000, max: 6000 }) }),
      fc.record({ do: fc.constantFrom('read' as const, 'peek' as const), length: fc.integer({ min: 1, max: 5000 }) }),
      fc.record({ do: fc.constant('turn' as const) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), fc.boolean(), async (steps, isSync) => {
        const file = isSync ? openReadFromSync(arena, path, small) : await openReadFrom(arena, path, small)
        let at = 0
        for (const s of steps) {
          if (s.do === 'turn') await new Promise(setImmediate)
          else if (s.do === 'seek' || s.do === 'move') {
            at = s.do === 'seek' ? s.to : Math.max(0, at + s.by)
            file.seek(at)
            expect(file.position).toBe(at)
          } else {
            const target = new Uint8Array(s.length)
            let bytes: Uint8Array | null
            if (s.do === 'read') bytes = target.subarray(0, isSync ? file.readSync(target) : await file.read(target))
            else bytes = isSync ? file.peekSync(s.length) : await file.peek(s.length)
            bytes ??= new Uint8Array(0)
            expect(bytes.length).toBeGreaterThan(at < SIZE ? 0 : -1)
            expect(Buffer.compare(bytes, data.subarray(at, at + bytes.length))).toBe(0)
            if (bytes.length > 0) expect(file.position).toBe(at)
            at += bytes.length
          }
        }
        await file.close()
        rigs.end()
      }),
      { numRuns: 100 },
    )
    expect(opened()).toEqual([])
  })

  it('has what was added before its end was found, and ends early when it gets shorter', async () => {
    const changing = join(dir, 'changing')
    writeFileSync(changing, data)
    const grows = await openReadFrom(arena, changing, small)
    await grows.read(new Uint8Array(10))
    appendFileSync(changing, 'more')
    expect((await wholeOf(grows)).length).toBe(SIZE - 6)
    const shrinks = await openReadFrom(arena, changing, small)
    await shrinks.read(new Uint8Array(10))
    truncateSync(changing, 20_000)
    const rest = await wholeOf(shrinks)
    expect(rest.length).toBe(19_990)
  })

  it('leaves neither memory nor descriptors behind, whenever it is closed', async () => {
    for (let n = 0; n < 20; n++) {
      const file = await openReadFrom(arena, path, small)
      if (n % 4 > 0) file.tryPeek()
      if (n % 4 > 1) await file.read(new Uint8Array(n))
      if (n % 4 > 2) file.closeSync()
      await file.close()
      expect(arena.used).toBe(0)
    }
    expect(opened()).toEqual([])
  })

  it('names what is wrong', async () => {
    const coded = (code: string) => ({ code })
    await expect(openReadFrom(arena, join(dir, 'none'))).rejects.toMatchObject(coded('SL_NO_FILE'))
    const folder = await openReadFrom(arena, dir)
    await expect(folder.read(new Uint8Array(1))).rejects.toMatchObject(coded('SL_IS_DIRECTORY'))
    await folder.close()
    await expect(openReadFrom(arena, path, { prefetch: 100 })).rejects.toMatchObject(coded('SL_USAGE'))
    await expect(openReadFrom(arena, path, { offset: -1 })).rejects.toMatchObject(coded('SL_USAGE'))
    expect(() => openReadFromSync(arena, join(dir, 'none'))).toThrow(expect.objectContaining(coded('SL_NO_FILE')))
    const ahead = await openReadFrom(arena, path, small)
    expect(() => ahead.readSync(new Uint8Array(1))).toThrow(expect.objectContaining(coded('SL_USAGE')))
    await ahead.close()
    await expect(openWriteTo(arena, join(dir, 'no', 'where'))).rejects.toMatchObject(coded('SL_NO_FILE'))
    await expect(openWriteTo(arena, dir)).rejects.toMatchObject(coded('SL_IS_DIRECTORY'))
    expect(opened()).toEqual([])
  })

  it('stops when its signal fires', async () => {
    const stop = new AbortController()
    const file = await openReadFrom(arena, path, { ...small, signal: stop.signal })
    await file.read(new Uint8Array(10))
    stop.abort(new Error('enough'))
    await expect(file.read(new Uint8Array(10))).rejects.toMatchObject({
      code: 'SL_INTERRUPTED',
      cause: { message: 'enough' },
    })
    await file.close()
  })

  it('may be a pipe, which is read until its writer ends, or until it is closed', async () => {
    const fifo = join(dir, 'fifo')
    execFileSync('mkfifo', [fifo])
    const writer = spawn('sh', ['-c', `cat ${path} > ${fifo}`])
    const file = await openReadFrom(arena, fifo, small)
    expect(() => file.seek(0)).toThrow(expect.objectContaining({ code: 'SL_USAGE' }))
    expect(digest(await wholeOf(file))).toBe(digest(data))
    await new Promise((done) => (writer.exitCode === null ? writer.once('exit', done) : done(0)))
    const both = await open(fifo, 'r+')
    const silent = await openReadFrom(arena, fifo, small)
    const waiting = silent.read(new Uint8Array(1))
    await new Promise((done) => setTimeout(done, 20))
    await silent.close()
    expect(await waiting).toBe(0)
    // What it was waiting for comes now, and goes nowhere.
    await both.write('x')
    await both.close()
  })
})

describe.each(KINDS)('a file spliced to a ring of kind %s', (kind) => {
  it('is all there', async () => {
    const from = await openReadFrom(arena, path, small)
    const { writing, reading } = rigs.pair(kind, { bytes: 4096, slotBytes: 500 })
    const moving = splice(from, writing).then(async (bytes) => {
      await writing.close()
      return bytes
    })
    const got = await wholeOf(reading)
    expect(digest(got)).toBe(digest(data))
    expect(await moving).toBe(SIZE)
    await from.close()
  })

  it('is spliced from where it stands, as far as it is asked for', async () => {
    const from = await openReadFrom(arena, path, small)
    const { writing, reading } = rigs.pair(kind, { bytes: 2 ** 16, slotBytes: 500 })
    await from.read(new Uint8Array(100))
    expect(await splice(from, writing, { bytes: 5000 })).toBe(5000)
    const target = new Uint8Array(10)
    expect(await from.read(target)).toBe(10)
    expect(Buffer.compare(target, data.subarray(5100, 5110))).toBe(0)
    await writing.close()
    expect(digest(await wholeOf(reading))).toBe(digest(data.subarray(100, 5100)))
    await from.close()
  })
})

describe('a file that is spliced', () => {
  it('to an IBuf is read once, and only its indices are written', async () => {
    const from = await openReadFrom(arena, path, small)
    const ibuf = createIBuf(arena, { slots: 16 })
    rigs.later(() => ibuf.free())
    const writing = openWrite(arena, ibuf)
    const reading = openRead(arena, ibuf)
    const moving = splice(from, writing).then(() => writing.close())
    const got: Uint8Array[] = []
    for await (const bytes of reading) got.push(bytes)
    expect(digest(joined(got))).toBe(digest(data))
    await moving
    expect(writing.copied).toBe(0)
    expect(writing.linked).toBeGreaterThan(SIZE / 8192)
    await from.close()
  })

  it('goes through a ring in a thread that stands still', () => {
    const from = openReadFromSync(arena, path, small)
    const { writing, reading } = rigs.pair('d', { bytes: 2 ** 16 })
    const to = openWriteToSync(arena, join(dir, 'sync'), { gather: 4096 })
    for (let n = 0; n < SIZE; n += 10_000) {
      expect(spliceSync(from, writing, { bytes: 10_000 })).toBe(Math.min(10_000, SIZE - n))
      writing.flush()
      expect(spliceSync(reading, to, { bytes: Math.min(10_000, SIZE - n) })).toBe(Math.min(10_000, SIZE - n))
      // Nobody else does, while this thread waits for room.
      reading.release()
    }
    to.closeSync()
    from.closeSync()
    reading.closeSync()
    writing.closeSync()
    expect(digest(readFileSync(join(dir, 'sync')))).toBe(digest(data))
    expect(opened()).toEqual([])
  })

  it.each(['socket', 'file', 'transform'])('arrives at the other end: %s', async (what) => {
    const from = await openReadFrom(arena, path, small)
    const { near, far } = await connected(sockets)
    const through = new PassThrough()
    const target = join(dir, 'copy')
    const to = await openWriteTo(arena, what === 'socket' ? near : what === 'file' ? target : through)
    const got = what === 'socket' ? wholeOf(far) : what === 'transform' ? wholeOf(through) : undefined
    await to.write(Buffer.from('<'))
    expect(await splice(from, to)).toBe(SIZE)
    await to.write(Buffer.from('>'))
    await to.close()
    near.end()
    through.end()
    const bytes = got === undefined ? readFileSync(target) : await got
    expect(bytes.length).toBe(SIZE + 2)
    expect(digest(bytes.subarray(1, -1))).toBe(digest(data))
    expect(bytes.subarray(-1).toString()).toBe('>')
    await from.close()
  })

  it('is not sent any more when it is closed, or where it goes is', async () => {
    const large = join(dir, 'large')
    writeFileSync(large, '')
    truncateSync(large, 2 ** 26)
    for (const end of ['from', 'to', 'signal'] as const) {
      const stop = new AbortController()
      const from = await openReadFrom(arena, large, { ...small, signal: stop.signal })
      const { near, far } = await connected(sockets)
      far.pause()
      const to = await openWriteTo(arena, near)
      const moving = splice(from, to).catch((error) => error.code)
      await new Promise((done) => setTimeout(done, 30))
      if (end === 'from') await from.close()
      else if (end === 'to') await to.abort()
      else stop.abort()
      const result = await moving
      if (end === 'from') expect(result).toBeGreaterThan(0)
      else expect(result).toBe(end === 'to' ? 'SL_USAGE' : 'SL_INTERRUPTED')
      await from.close()
      await to.abort()
      near.destroy()
    }
    expect(opened()).toEqual([])
  })
})

describe('a ring that is spliced', () => {
  it.each(KINDS)('to a socket arrives there, in blocks of any size: %s', async (kind) => {
    const { writing, reading } = rigs.pair(kind, { bytes: 2 ** 16, slotBytes: 1000 })
    const { near, far } = await connected(sockets)
    const got = wholeOf(far)
    const to = await openWriteTo(arena, near)
    const moving = splice(reading, to)
    for (let at = 0, n = 0; at < SIZE; n++) {
      const length = [1, 100, 20_000, 70_000, 3][n % 5]!
      await writing.write(data.subarray(at, at + length))
      at += length
    }
    await writing.close()
    expect(await moving).toBe(SIZE)
    await to.close()
    near.end()
    expect(digest(await got)).toBe(digest(data))
    await reading.close()
  })

  it('keeps its blocks until the socket has taken them', async () => {
    const { writing, reading, ring } = rigs.pair('c', { bytes: 2 ** 20 })
    const { near, far } = await connected(sockets)
    far.pause()
    const to = await openWriteTo(arena, near)
    const moving = splice(reading, to)
    // More than the system keeps: the writer has to wait for the socket.
    const total = 2 ** 25
    let written = 0
    const writer = (async () => {
      for (; written < total; written += 2 ** 17)
        await writing.write(data.subarray(written % 500_000, (written % 500_000) + 2 ** 17))
      await writing.close()
    })()
    await new Promise((done) => setTimeout(done, 200))
    expect(written).toBeLessThan(total)
    expect(ring.area.span).toBe(2 ** 20)
    const got = lengthOf(far)
    expect(await moving).toBe(total)
    await writer
    await to.close()
    near.end()
    expect(await got).toBe(total)
    await reading.close()
  })

  it('fails when the socket goes, and is still there', async () => {
    const { writing, reading } = rigs.pair('c', { bytes: 2 ** 16 })
    const { near, far } = await connected(sockets)
    const to = await openWriteTo(arena, near)
    await writing.write(data.subarray(0, 1000))
    far.resetAndDestroy()
    await new Promise((done) => near.once('close', done))
    await expect(splice(reading, to)).rejects.toMatchObject({ code: 'SL_BROKEN_PIPE' })
    await expect(to.close()).rejects.toMatchObject({ code: 'SL_BROKEN_PIPE' })
    await reading.close()
    await writing.close()
  })

  it('to a path becomes a file', async () => {
    const { writing, reading } = rigs.pair('v', { bytes: 2 ** 16 })
    const target = join(dir, 'written')
    const to = await openWriteTo(arena, target)
    const moving = splice(reading, to)
    for (let at = 0; at < SIZE; at += 9999) await writing.write(data.subarray(at, at + 9999))
    await writing.close()
    await moving
    await to.close()
    expect(digest(readFileSync(target))).toBe(digest(data))
    await reading.close()
  })
})

describe('a file that is written', () => {
  it('gathers small writes, and tells of errors once at the latest when it is closed', async () => {
    const full = await openWriteTo(arena, '/dev/full')
    await full.write(Buffer.from('x'))
    await expect(full.close()).rejects.toMatchObject({ code: 'SL_DISK_FULL' })
    const target = join(dir, 'small')
    const to = await openWriteTo(arena, target, { gather: 4096 })
    for (let n = 0; n < 20_000; n++) await to.write(data.subarray(n * 3, n * 3 + 3))
    await to.close()
    expect(digest(readFileSync(target))).toBe(digest(data.subarray(0, 60_000)))
    expect(opened()).toEqual([])
  })

  it('is a descriptor or a handle that stays open, too', async () => {
    const handle = await open(join(dir, 'handle'), 'w')
    const to = await openWriteTo(arena, handle)
    await to.write(data.subarray(0, 50_000))
    expect(to.tryWrite(data.subarray(50_000, 50_010))).toBe(10)
    await to.close()
    await handle.write('end')
    await handle.close()
    expect(statSync(join(dir, 'handle')).size).toBe(50_013)
  })

  it('in a thread that stands still tells at once', () => {
    const full = openWriteToSync(arena, '/dev/full', { gather: 4096 })
    expect(() => full.writeSync(new Uint8Array(20_000))).toThrow(expect.objectContaining({ code: 'SL_DISK_FULL' }))
    expect(() => full.closeSync()).toThrow(expect.objectContaining({ code: 'SL_DISK_FULL' }))
  })
})
