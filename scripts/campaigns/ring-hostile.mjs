// A reader in this process, a producer in another that writes nonsense over everything they share.
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SHAPES, STRATEGIES } from './ring-blocks.mjs'

const vandal = new URL('./ring-vandal.mjs', import.meta.url)
/** Rounds with one vandal; each is a reader that joins, or tries to, and reads until it has had enough. */
const EACH = 20

export const ringHostile = {
  about:
    'a producer in another process scribbles over header, records, index and reader table of a ring while a reader reads it, and tries to cut its memory: the reader never crashes, never hangs, never looks outside the ring, and throws nothing but SL_RING errors',
  rounds: 10_000,
  async make() {
    const { createArena } = await import('@netstreamline/rings')
    const { openSharedRing, observeSharedRing } = await import('@netstreamline/rings/node')
    const arena = createArena({ bytes: 2 ** 26 })
    const dir = mkdtempSync(join(tmpdir(), 'streamline-'))
    let child
    process.on('exit', () => {
      child?.kill('SIGKILL')
      rmSync(dir, { recursive: true, force: true })
    })
    let wasCut = false
    const renew = async (random) => {
      if (child) {
        const exit = new Promise((done) => child.once('exit', done))
        child.kill('SIGKILL')
        await exit
      }
      const shape = { ...SHAPES[random(4)], slotBytes: 120 }
      const options = { ...shape, bytes: 2 ** (10 + random(5)), strategy: STRATEGIES[random(3)], maxReaders: 4 }
      child = fork(vandal, [JSON.stringify({ dir, seed: random(2 ** 31), options })])
      await new Promise((done) => child.once('message', done))
      child.on('message', (what) => {
        if (what === 'CUT') wasCut = true
      })
    }
    const read = async (reader, random) => {
      const end = reader.area.base + reader.area.capacity
      for (let n = 200; n > 0 && reader.state === 'open'; n--) {
        for (let k = 50; k > 0 && reader.peek() >= 0; k--) {
          if (reader.offset < reader.area.base || reader.offset + reader.length > end)
            throw new Error('a block outside the ring')
          reader.intact()
          reader.next()
        }
        if (random(4) === 0) await reader.wait(1)
        else await new Promise((done) => setImmediate(done))
      }
    }
    return async (random, round) => {
      if (round % EACH === 0 || child === undefined) await renew(random)
      let reader
      let observer
      let outcome = 'read as it came'
      try {
        if (random(5) === 0) {
          observer = observeSharedRing('r', { dir, arena })
          observer.report()
        }
        reader = openSharedRing('r', { dir, arena, from: random(2) ? 'live' : 'oldest' })
        await read(reader, random)
      } catch (error) {
        if (!/^SL_RING/.test(error.code ?? '')) throw error
        outcome = error.code
      }
      observer?.close()
      reader?.close()
      if (wasCut) throw new Error('its memory could be cut')
      if (arena.used > 0) throw new Error(`${arena.used} bytes of the arena were not given back`)
      return outcome
    }
  },
}
