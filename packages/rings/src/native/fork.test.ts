import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createArena } from '../arena.js'
import { CONSUMER, killAll, missing, names, PRODUCER, removeAll, run } from '../testing/c-programs.js'
import { makeArea, native, problem } from '../testing/native.js'

// A child process keeps nothing of a ring alive: else the death of its parent would go unnoticed.

afterEach(killAll)
afterAll(removeAll)

describe.skipIf(missing)('a producer in C that has forked', () => {
  it('is dead when it dies, whatever its child does', async () => {
    const producer = run('testing/forker.c', 'ring')
    await producer.line('forked')
    expect(producer.text()).toContain('{"descriptors":0,"mapped":0}')
    const reader = run(CONSUMER, 'ring', 'from=oldest')
    await reader.line('joined')
    producer.child.kill('SIGKILL')
    expect(await reader.result).toMatchObject({ state: 'gone', read: 1 })
    // The reader has taken the name away, so a new producer has it for itself; the child is still there.
    expect(readdirSync(names)).toEqual([])
    const next = run(PRODUCER, 'ring', '10')
    await next.line('ready')
    expect(await run(CONSUMER, 'ring').result).toMatchObject({ right: 10, state: 'ended' })
    expect(await next.result).toMatchObject({ code: 0 })
    producer.child.stdin!.end()
    await producer.result
  })
})

describe.skipIf(problem ?? missing)('programs that a process with rings starts', () => {
  it('get none of its descriptors', () => {
    const arena = createArena({ bytes: 2 ** 20 })
    const { handle } = makeArea(arena)
    handle.serve('ring', 'user', names)
    const reader = native.open('ring', { dir: names, wakeMode: 3 })
    const { stdout } = spawnSync('ls', ['-l', '/proc/self/fd'], { encoding: 'utf8' })
    // The first three are sockets that spawn itself has made.
    const [, ...others] = stdout.trim().split(/ [012] -> .*\n/g)
    expect(others).toHaveLength(3)
    expect(others.join()).not.toMatch(/memfd|eventfd|eventpoll|timerfd|socket:|streamline/)
    reader.close()
    handle.close()
    expect(readdirSync(names)).toEqual([])
  })
})
