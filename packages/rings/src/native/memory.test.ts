import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createArena } from '../arena.js'
import { killAll, missing, removeAll, run } from '../testing/c-programs.js'
import { addon, codeOf, makeArea, mapArea, native, problem } from '../testing/native.js'

// Memory that is not there gives an error when a ring is made, and nothing happens later.

const arena = createArena({ bytes: 2 ** 24 })
const base = mkdtempSync(join(tmpdir(), 'streamline-memory-'))
afterAll(() => {
  rmSync(base, { recursive: true, force: true })
  killAll()
  removeAll()
})
const maps = () =>
  readFileSync('/proc/self/maps', 'utf8')
    .split('\n')
    .filter((line) => line.includes('streamline:'))
const descriptors = () => readdirSync('/proc/self/fd').length

describe.skipIf(problem)('the memory of a ring', () => {
  it('is zero, belongs to the range alone, and goes when it is closed', () => {
    const offset = arena.alloc(3 * 65536, 65536)
    arena.bytes.fill(0xee, offset, offset + 3 * 65536)
    const [mapped, open] = [maps().length, descriptors()]
    const handle = native.create(arena.bytes, offset + 65536, 8192, 4096, 'here')
    const range = arena.bytes.subarray(offset + 65536, offset + 65536 + 12288)
    expect(range.every((byte) => byte === 0)).toBe(true)
    expect(arena.bytes[offset + 65535]).toBe(0xee)
    expect(arena.bytes[offset + 65536 + 12288]).toBe(0xee)
    expect(maps().length).toBeGreaterThan(mapped)
    range.fill(0x77)
    handle.close()
    expect(range.every((byte) => byte === 0)).toBe(true)
    range.fill(0x55)
    expect([maps().length, descriptors()]).toEqual([mapped, open])
    arena.free(offset)
  })

  it('stays where it is while somebody has forgotten to close it', () => {
    const { area } = makeArea(arena)
    area.words[300] = 42
    ;(globalThis as { gc?: () => void }).gc?.()
    expect(area.words[300]).toBe(42)
  })

  it.each([
    { why: 'not a multiple of the page', sizeA: 5000, sizeB: 4096, at: 65536 },
    { why: 'nothing', sizeA: 0, sizeB: 4096, at: 65536 },
    { why: 'no table', sizeA: 4096, sizeB: 0, at: 65536 },
    { why: 'less than nothing', sizeA: -4096, sizeB: 4096, at: 65536 },
    { why: 'no number', sizeA: Number.NaN, sizeB: 4096, at: 65536 },
    { why: 'beyond the arena', sizeA: 2 ** 24, sizeB: 4096, at: 65536 },
    { why: 'more than a ring can have', sizeA: 2 ** 32, sizeB: 4096, at: 65536 },
    { why: 'before the arena', sizeA: 4096, sizeB: 4096, at: -65536 },
    { why: 'between pages', sizeA: 4096, sizeB: 4096, at: 65536 + 64 },
  ])('is refused: $why', ({ sizeA, sizeB, at }) => {
    const [mapped, open] = [maps().length, descriptors()]
    expect(codeOf(() => native.create(arena.bytes, at, sizeA, sizeB, 'no'))).toBe('EINVAL')
    expect([maps().length, descriptors()]).toEqual([mapped, open])
  })

  it('is refused beyond the largest file of a process, instead of a signal', () => {
    const script = `
      const native = require(process.argv[1])
      const memory = new WebAssembly.Memory({ initial: 128, maximum: 128, shared: true })
      const bytes = new Uint8Array(memory.buffer)
      try { native.create(bytes, 65536, 2 ** 22, 4096, 'big') } catch (error) { console.log(error.code) }
      native.create(bytes, 65536, 65536, 4096, 'small')
      console.log('small')`
    const { stdout, stderr, signal } = spawnSync(
      'bash',
      ['-c', 'ulimit -f 1024; exec "$0" -e "$1" "$2"', process.execPath, script, addon],
      { encoding: 'utf8' },
    )
    expect({ stdout, stderr, signal }).toEqual({ stdout: 'EFBIG\nsmall\n', stderr: '', signal: null })
  })

  it('and everything else fails as a whole when descriptors run out', () => {
    // Opens files until k descriptors are left, for every k: whatever fails then leaves nothing behind.
    const script = `
      const native = require(process.argv[1])
      const fs = require('node:fs')
      const dir = process.argv[2]
      const memory = new WebAssembly.Memory({ initial: 128, maximum: 128, shared: true })
      const bytes = new Uint8Array(memory.buffer)
      const words = new Int32Array(memory.buffer, 65536)
      const count = () => fs.readdirSync('/proc/self/fd').length
      const made = []
      const act = (left) => {
        made.push(native.create(bytes, 65536, 8192, 4096, 'few'))
        words.set([0x47524c53, 0, 0, 0, 0, 0, 77, 0, 0, 0, 8192, 8])
        made[0].serve('few', 'user', dir)
        made.push(native.open('few', { dir }))
        made[1].map(bytes, 2 * 65536)
      }
      const codes = new Set()
      let done = 0
      for (let left = 0; left < 40; left++) {
        const before = count()
        const files = []
        for (;;) try { files.push(fs.openSync('/dev/null')) } catch { break }
        for (let i = 0; i < left; i++) fs.closeSync(files.pop())
        try { act(left); done++ } catch (error) { codes.add(error.code) }
        for (const fd of files) fs.closeSync(fd)
        for (const one of made.splice(0)) one.close()
        // The keeper closes its side of a connection when it sees its end.
        for (const end = Date.now() + 5000; count() !== before; ) {
          if (Date.now() > end) throw new Error(count() - before + ' descriptors stay open with ' + left)
        }
        if (fs.readdirSync(dir).length > 0) throw new Error('a name stays with ' + left)
      }
      console.log(JSON.stringify({ done: done > 0, codes: [...codes] }))`
    const dir = mkdtempSync(join(base, 'few-'))
    const { stdout, stderr } = spawnSync(
      'bash',
      ['-c', 'ulimit -n 120; exec "$0" -e "$1" "$2" "$3"', process.execPath, script, addon, dir],
      { encoding: 'utf8' },
    )
    expect(stderr).toBe('')
    const { done, codes } = JSON.parse(stdout)
    expect(done).toBe(true)
    expect(codes).toContain('EMFILE')
    // A producer without descriptors cannot answer; that is all the reader can know.
    for (const code of codes) expect(['EMFILE', 'ETIMEDOUT']).toContain(code)
  })

  it('of a reader can be mapped once', () => {
    const { handle } = makeArea(arena)
    const dir = mkdtempSync(join(base, 'names-'))
    handle.serve('r', 'user', dir)
    const reader = native.open('r', { dir })
    const offset = mapArea(arena, reader)
    expect(codeOf(() => reader.map(arena.bytes, offset))).toBe('EINVAL')
    expect(codeOf(() => handle.map(arena.bytes, offset))).toBe('EINVAL')
    reader.close()
    handle.close()
  })
})

describe.skipIf(missing)('what a ring may take', () => {
  const MiB = 2 ** 20
  const write = (file: string, text: string | number) => {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `${text}\n`)
  }
  const free = async (name: string, groups: string, files: Record<string, string | number>) => {
    const at = join(base, name)
    write(join(at, 'meminfo'), 'MemTotal: 9999999 kB\nMemFree: 1 kB\nMemAvailable: 1048576 kB')
    write(join(at, 'proc/cgroup'), groups)
    for (const [file, text] of Object.entries(files)) write(join(at, 'sys', file), text)
    const { result } = run('testing/memory.c', join(at, 'meminfo'), join(at, 'proc'), join(at, 'sys'))
    return Number((await result).free) / MiB
  }

  it('is what the machine has available', async () => {
    expect(await free('none', '0::/a/b', {})).toBe(1024)
    expect(await free('unlimited', '0::/a', { 'a/memory.max': 'max', 'a/memory.current': 5 })).toBe(1024)
  })

  it('is what its control group leaves', async () => {
    const files = {
      'a/memory.max': 300 * MiB,
      'a/memory.current': 100 * MiB,
      'a/memory.stat': 'anon 5\nfile 5\nshmem 5',
    }
    expect(await free('limited', '0::/a', files)).toBe(200)
    expect(await free('over', '0::/a', { ...files, 'a/memory.current': 400 * MiB })).toBe(0)
  })

  it('is what a group above leaves, if that is less, and page cache that is not of rings is free', async () => {
    const files = {
      'a/memory.max': 300 * MiB,
      'a/memory.current': 250 * MiB,
      'a/memory.stat': `anon 0\nfile ${150 * MiB}\nshmem ${50 * MiB}`,
      'a/b/memory.max': 999 * MiB,
      'a/b/memory.current': 0,
    }
    expect(await free('above', '0::/a/b', files)).toBe(150)
  })

  it('is the same with control groups of the first version', async () => {
    const files = {
      'memory/a/memory.limit_in_bytes': 64 * MiB,
      'memory/a/memory.usage_in_bytes': 60 * MiB,
      'memory/a/memory.stat': `cache 0\ntotal_cache ${20 * MiB}\ntotal_shmem ${10 * MiB}`,
      'memory/memory.limit_in_bytes': 9223372036854771712n.toString(),
    }
    expect(await free('first', '9:name=systemd:/x\n4:memory:/a\n0::/', files)).toBe(14)
  })
})
