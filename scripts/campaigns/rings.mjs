// Every kind of ring, every strategy, in one thread, between threads and between processes: nothing lost that is not
// counted, nothing torn that is shown as whole.
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { copyOne, fill, fillStream, judge, MOST, SHAPES, STRATEGIES, takeOne } from './ring-blocks.mjs'

const PLACES = ['one thread', 'workers', 'processes']
const BLOCKS = 100_000
const READERS = 2
const script = new URL('./ring-reader.mjs', import.meta.url)

const listen = (end) => {
  const lines = []
  let wake = () => {}
  end.on('message', (line) => {
    lines.push(line)
    wake()
  })
  let failed
  end.on('error', (error) => {
    failed = error
    wake()
  })
  end.on('exit', (code) => {
    if (code !== 0) failed ??= new Error(`a reader ended with ${code}`)
    wake()
  })
  return async () => {
    while (lines.length === 0) {
      if (failed) throw failed
      await new Promise((done) => {
        wake = done
      })
    }
    return lines.shift()
  }
}

export const rings = {
  about:
    'blocks of random size come through every kind of ring with every strategy, in one thread, between threads and between processes: each is whole, or known not to be, and what was lost is counted exactly (a round: 100,000 blocks to 2 readers)',
  rounds: 3600,
  async make() {
    const { attachRingReader, createArena, createRingWriter } = await import('@netstreamline/rings')
    const { createSharedRing } = await import('@netstreamline/rings/node')
    const arena = createArena({ bytes: 2 ** 24 })
    const dir = mkdtempSync(join(tmpdir(), 'streamline-'))
    process.on('exit', () => rmSync(dir, { recursive: true, force: true }))

    const source = arena.alloc(MOST)
    const targets = Array.from({ length: READERS }, () => arena.alloc(MOST))
    const kept = arena.used

    const others = async (place, writer, seed, copies) => {
      const next = []
      for (let i = 0; i < READERS; i++) {
        const to = targets[i]
        const end =
          place === 'workers'
            ? new Worker(script, {
                workerData: { memory: arena.memory, invitation: writer.invite(), seed, copies, to },
              })
            : fork(script, [JSON.stringify({ name: 'r', dir, seed, copies })])
        next.push(listen(end))
      }
      for (const hear of next) await hear()
      return next
    }

    return async (random, n) => {
      const shape = SHAPES[n % 4]
      const strategy = STRATEGIES[Math.floor(n / 4) % 3]
      const place = PLACES[Math.floor(n / 12) % 3]
      const seed = random(2 ** 31)
      // Of a c ring positions tell where bytes belong: it keeps its size.
      const resize = shape.kind === 'c' ? 'none' : ['none', 'pseudo', 'true'][random(3)]
      const options = { ...shape, bytes: 2 ** (12 + random(6)), strategy, resize }
      const writer =
        place === 'processes'
          ? createSharedRing({ ...options, name: 'r', dir, arena })
          : createRingWriter(arena, options)
      // Half of the rounds copy from and to memory of the arena, the others go through JavaScript.
      const copies = random(2) === 1
      const mine = []
      const seen = []
      let next = []
      if (place === 'one thread') {
        for (let i = 0; i < READERS; i++) {
          mine.push(attachRingReader(arena, writer.descriptor))
          seen.push({ right: 0, torn: 0, wrong: 0, last: -1 })
        }
      } else next = await others(place, writer, seed, copies)
      const one = (reader, i) =>
        copies && strategy === 'srp'
          ? copyOne(reader, arena.bytes, seen[i], seed, targets[i])
          : takeOne(reader, arena.bytes, seen[i], seed)
      const take = () =>
        mine.forEach((reader, i) => {
          for (let k = random(40); k > 0 && one(reader, i); k--);
        })
      const block = new Uint8Array(MOST)
      let bytes = 0
      for (let i = 0; i < BLOCKS; i++) {
        const length = fill(block, i, seed)
        if (shape.kind === 'c') fillStream(block, bytes, length)
        if (copies) arena.bytes.set(block.subarray(0, length), source)
        for (let at = 0; at < length; ) {
          const done = copies ? writer.writeFrom(source + at, length - at) : writer.write(block.subarray(at, length))
          if (done >= 0) at += done
          else if (mine.length > 0) {
            writer.publish()
            for (const [k, reader] of mine.entries()) while (one(reader, k));
          } else await writer.waitRoom(1000)
        }
        bytes += length
        if (mine.length > 0 && i % 16 === 0) take()
        // Who never waits lets the others run now and then, or they would see nothing at all.
        if (mine.length === 0 && strategy !== 'srp' && i % 64 === 0) await new Promise((done) => setImmediate(done))
      }
      writer.end()
      for (const [k, reader] of mine.entries()) while (one(reader, k));
      const facts = { strategy, kind: shape.kind, blocks: BLOCKS, bytes }
      let result = 'nothing lost'
      for (const [k, reader] of mine.entries()) {
        const { state, blocks, lostBlocks, lostBytes } = reader
        result = judge({ state, blocks, bytes: reader.bytes, lostBlocks, lostBytes }, seen[k], facts)
      }
      for (const hear of next) {
        const said = await hear()
        result = judge(said.reader, said.seen, facts)
      }
      if (writer.close) writer.close()
      else writer.free()
      if (arena.used !== kept) throw new Error(`${arena.used - kept} bytes stayed behind`)
      return `${strategy} ${place}: ${result}`
    }
  },
}
