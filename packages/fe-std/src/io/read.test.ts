import { execFileSync, spawn } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import type { Input } from '../io.js'
import { tempDir } from '../testing/temp.js'
import { ioError } from './errors.js'
import { openRead } from './read.node.js'
import { record, replay } from './replay.js'

const temp = tempDir()

const all = async (input: Input, step: number): Promise<string> => {
  const into = new Uint8Array(step + 2)
  let text = ''
  for (;;) {
    const n = await input.read(into, 1, step)
    if (n === 0) return text
    expect([into[0], into[step + 1]]).toEqual([0, 0])
    text += Buffer.from(into.subarray(1, 1 + n)).toString('latin1')
  }
}

describe('input', () => {
  it('reads a pipe without blocking, whatever it hands out', async () => {
    const path = temp.path('pipe')
    execFileSync('mkfifo', [path])
    const writer = spawn('sh', ['-c', `for i in 1 2 3; do echo line $i; sleep 0.05; done > "${path}"`])
    const input = await openRead(path)
    let turns = 0
    const timer = setInterval(() => turns++, 5)
    expect(await all(input, 4)).toBe('line 1\nline 2\nline 3\n')
    clearInterval(timer)
    expect(turns).toBeGreaterThan(2)
    input.close()
    await new Promise((r) => (writer.exitCode === null ? writer.once('exit', r) : r(0)))
  })

  it('can be closed while it waits', async () => {
    const path = temp.path('idle')
    execFileSync('mkfifo', [path])
    const writer = spawn('sh', ['-c', `exec 3> "${path}"; sleep 60`])
    const input = await openRead(path)
    const waiting = input.read(new Uint8Array(9), 0, 9)
    input.close()
    expect(await waiting).toBe(0)
    writer.kill()
  })

  it('reads devices and goes back to the start of files', async () => {
    expect(await all(await openRead('/dev/null'), 5)).toBe('')
    const input = await openRead(temp.file('f', 'abc'))
    expect([input.size, await all(input, 2)]).toEqual([3, 'abc'])
    input.rewind?.()
    expect(await all(input, 10)).toBe('abc')
    input.close()
    input.close()
  })

  it('replays what has been recorded', async () => {
    const source = await openRead(temp.file('g', 'abcdefgh'))
    const { input, taken } = record(source)
    await input.read(new Uint8Array(3), 0, 3)
    await input.read(new Uint8Array(1), 0, 1)
    expect(await all(replay(taken(), source), 3)).toBe('abcdefgh')
  })

  it('gives every failure of the system a code, a cause and a way out', () => {
    for (const [system, code] of [
      ['ENOENT', 'SL_NO_FILE'],
      ['EISDIR', 'SL_IS_DIRECTORY'],
      ['EACCES', 'SL_PERMISSION'],
      ['ENOSPC', 'SL_DISK_FULL'],
      ['EPIPE', 'SL_BROKEN_PIPE'],
      ['EWHATEVER', 'SL_IO'],
    ]) {
      const error = ioError(Object.assign(new Error('so'), { code: system }), 'open', 'p')
      expect(error).toMatchObject({ code, detail: { path: 'p' }, message: expect.stringContaining("cannot open 'p'") })
    }
  })
})
