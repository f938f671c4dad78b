import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import {
  CONSUMER,
  EVERY,
  killAll,
  missing,
  names,
  PRODUCER,
  program,
  removeAll,
  run,
  STRICT,
} from '../testing/c-programs.js'

// The ends of rings in C (include/streamline_ring.h), between processes that find each other by name.

afterEach(killAll)
afterAll(removeAll)

const nothingStays = (): void => expect(readdirSync(names)).toEqual([])

describe.skipIf(missing !== '')('the headers', () => {
  it.each(['streamline_share.h', 'streamline_ring.h'])('%s compiles as C99 and C++17 without a warning', (header) => {
    const options = [...STRICT, '-Wpedantic', '-fsyntax-only', '-include', header]
    for (const [compiler, ...standard] of [
      ['gcc', '-std=gnu99', '-x', 'c'],
      ['g++', '-std=c++17', '-x', 'c++'],
    ]) {
      const { status, stderr } = spawnSync(compiler!, [...options, ...standard, '/dev/null'], { encoding: 'utf8' })
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    }
  })
})

describe.skipIf(missing !== '')('a producer and two readers in C', () => {
  const COUNT = 100_000
  it.each(EVERY)('whole blocks in order, losses counted exactly: $kind, $strategy', async ({ kind, strategy }) => {
    const options = [`kind=${kind}`, `strategy=${strategy}`, 'most=200', 'bytes=16384', 'readers=2']
    const producer = run(PRODUCER, 'ring', `${COUNT}`, ...options)
    await producer.line('ready')
    const readers = [run(CONSUMER, 'ring'), run(CONSUMER, 'ring')]
    const written = await producer.result
    expect(written).toMatchObject({ code: 0 })
    for (const { result } of readers) {
      const seen = await result
      expect(seen).toMatchObject({ code: 0, wrong: 0, state: 'ended' })
      if (kind === 'c') expect(Number(seen.bytes) + Number(seen.lostBytes)).toBe(written.bytes)
      else expect(Number(seen.right) + Number(seen.lost)).toBe(COUNT)
      if (strategy === 'srp') expect(seen).toMatchObject({ lost: 0, torn: 0, missing: 0, bytes: written.bytes })
    }
    nothingStays()
  })
})

describe.skipIf(missing !== '')('death', () => {
  it('of a reader: the producer waits for it as long as it lives, and no longer', async () => {
    const producer = run(PRODUCER, 'ring', '50000', 'bytes=4096', 'most=100', 'readers=2')
    await producer.line('ready')
    const victim = run(CONSUMER, 'ring', 'hold=1')
    const reader = run(CONSUMER, 'ring')
    await victim.line('joined')
    await reader.line('joined')
    // It has read nothing, and 50,000 blocks do not fit: whoever goes on now has noticed.
    victim.child.kill('SIGKILL')
    expect(await producer.result).toMatchObject({ code: 0, blocks: 50_000 })
    expect(await reader.result).toMatchObject({ code: 0, state: 'ended', right: 50_000, lost: 0, wrong: 0 })
    nothingStays()
  })

  it('of a producer: readers get everything published, and its name goes with the last of them', async () => {
    const producer = run(PRODUCER, 'ring', '20000', 'bytes=65536', 'most=100', 'readers=2', 'hold=1')
    await producer.line('ready')
    const readers = [run(CONSUMER, 'ring'), run(CONSUMER, 'ring')]
    await producer.line('written')
    producer.child.kill('SIGKILL')
    for (const { result } of readers) {
      expect(await result).toMatchObject({ code: 0, right: 20_000, lost: 0, wrong: 0, state: 'gone' })
    }
    nothingStays()
  })

  it('a name whose producer was killed is taken by the next one', async () => {
    const first = run(PRODUCER, 'ring', '10')
    await first.line('ready')
    first.child.kill('SIGKILL')
    await first.result
    expect(readdirSync(names)).toContain('ring')
    const second = run(PRODUCER, 'ring', '10', 'readers=1')
    await second.line('ready')
    expect(await run(CONSUMER, 'ring').result).toMatchObject({ code: 0, right: 10 })
    expect(await second.result).toMatchObject({ code: 0 })
    nothingStays()
  })
})

describe.skipIf(missing !== '')('a reader of memory that somebody else scribbles over', () => {
  it.each(EVERY)('stays inside the ring and says what is wrong: $kind, $strategy', ({ kind, strategy }) => {
    const scribble = program('testing/scribble.c', '-g', '-fsanitize=address,undefined', '-fno-sanitize-recover')
    const seed = `${1 + Math.floor(Math.random() * 2 ** 31)}`
    const { status, stdout, stderr } = spawnSync(scribble, [kind, strategy, '1000', seed], {
      encoding: 'utf8',
    })
    expect({ status, stderr, seed }).toEqual({ status: 0, stderr: '', seed })
    const counts = JSON.parse(stdout)
    // It has met everything: descriptions refused, rings found broken, and blocks read before that.
    for (const count of ['refused', 'broken', 'evicted', 'ended', 'blocks']) expect(counts[count]).toBeGreaterThan(0)
  })
})
