// Ends are killed at any moment: a producer, a reader, a worker. The others go on, or end with a clear state, within a
// second; nothing is lost to them that was published; no file and no mapping stays.
import { fork } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { fill, MOST, SHAPES, takeOne } from './ring-blocks.mjs'

const reading = new URL('./ring-reader.mjs', import.meta.url)
const writing = new URL('./ring-writer.mjs', import.meta.url)
const joined = (end) =>
  new Promise((done, failed) => {
    end.once('message', done)
    end.once('error', failed)
  })
const gone = (end) => new Promise((done) => end.once('exit', done))
const turn = () => new Promise((done) => setImmediate(done))
const within = (since, what) => {
  const ms = performance.now() - since
  if (ms > 1000) throw new Error(`${what} took ${Math.round(ms)} ms`)
}

export const ringKills = {
  about:
    'a producer is killed, a reader is killed, a worker is terminated, in turns, at any moment: the others lose nothing that was published and go on, or end with a clear state, within a second, and no file or mapping stays behind',
  rounds: 1500,
  async make() {
    const { attachRingReader, createArena, createRingWriter } = await import('@netstreamline/rings')
    const { createSharedRing, openSharedRing } = await import('@netstreamline/rings/node')
    const arena = createArena({ bytes: 2 ** 24 })
    const dir = mkdtempSync(join(tmpdir(), 'streamline-'))
    process.on('exit', () => rmSync(dir, { recursive: true, force: true }))

    const producerDies = async (options, seed, delay) => {
      const child = fork(writing, [JSON.stringify({ dir, seed, options })])
      const exit = gone(child)
      await joined(child)
      const reader = openSharedRing('r', { dir, arena, from: 'oldest' })
      let died
      exit.then(() => {
        died = performance.now()
      })
      setTimeout(() => child.kill('SIGKILL'), delay)
      const seen = { right: 0, torn: 0, wrong: 0, last: -1 }
      while (reader.state === 'open') {
        for (let i = 0; i < 64 && takeOne(reader, arena.bytes, seen, seed); i++);
        if (reader.state === 'open' && reader.peek() < 0) await reader.wait(1000)
        else await turn()
      }
      if (died !== undefined) within(died, 'learning of the death')
      if (reader.state !== 'gone' || seen.wrong + seen.torn + reader.lostBlocks > 0 || seen.right !== seen.last + 1) {
        throw new Error(`the reader saw ${JSON.stringify(seen)} and is ${reader.state}`)
      }
      await exit
      reader.close()
    }

    const readerDies = async (options, seed, delay, isWorker) => {
      const writer = isWorker
        ? createRingWriter(arena, options)
        : createSharedRing({ ...options, name: 'r', dir, arena })
      const survivor = isWorker ? attachRingReader(arena, writer.descriptor) : openSharedRing('r', { dir, arena })
      const invitation = isWorker ? writer.invite() : undefined
      const victim = isWorker
        ? new Worker(reading, { workerData: { memory: arena.memory, invitation, seed } })
        : fork(reading, [JSON.stringify({ name: 'r', dir, seed })])
      victim.on('error', () => {})
      const exit = gone(victim)
      // A worker may die before it has come at all.
      if (!isWorker) await joined(victim)
      let died
      exit.then(() => {
        died = performance.now()
        if (isWorker) writer.evict(invitation.claim)
      })
      setTimeout(() => (isWorker ? victim.terminate() : victim.kill('SIGKILL')), delay)
      const seen = { right: 0, torn: 0, wrong: 0, last: -1 }
      const block = new Uint8Array(MOST)
      let after = 0
      let n = 0
      for (; after < 500; n++) {
        const length = fill(block, n, seed)
        for (let first = true; writer.write(block.subarray(0, length)) < 0; first = false) {
          writer.publish()
          while (takeOne(survivor, arena.bytes, seen, seed));
          survivor.release()
          if (!first) await writer.waitRoom(10)
          if (died !== undefined) within(died, 'going on')
        }
        if (died !== undefined) after++
        if (n % 64 === 0) await turn()
      }
      writer.end()
      while (takeOne(survivor, arena.bytes, seen, seed));
      if (survivor.state !== 'ended' || seen.right !== n || seen.wrong + seen.torn > 0) {
        throw new Error(`the survivor saw ${JSON.stringify(seen)} of ${n} and is ${survivor.state}`)
      }
      survivor.close?.()
      if (writer.close) writer.close()
      else writer.free()
    }

    return async (random, round) => {
      const shape = SHAPES[1 + random(3)]
      const options = { ...shape, bytes: 2 ** (12 + random(5)) }
      const [seed, delay] = [random(2 ** 31), random(40)]
      if (round % 3 === 0) await producerDies(options, seed, delay)
      else await readerDies(options, seed, delay, round % 3 === 2)
      const left = readdirSync(dir)
      if (left.length > 0) throw new Error(`left behind: ${left.join(' ')}`)
      if (arena.used > 0) throw new Error(`${arena.used} bytes of the arena were not given back`)
      if (readFileSync('/proc/self/maps', 'latin1').includes('streamline:')) throw new Error('a mapping stayed')
      return ['producer killed', 'reader killed', 'worker terminated'][round % 3]
    }
  },
}
