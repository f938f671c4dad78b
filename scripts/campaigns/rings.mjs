// Every kind of ring, every strategy, in one thread, between threads and between processes: nothing lost that is not
// counted, nothing torn that is shown as whole.
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { fill, fillStream, judge, MOST, SHAPES, STRATEGIES, takeOne } from './ring-blocks.mjs'

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

    const others = async (place, writer, seed) => {
      const next = []
      for (let i = 0; i < READERS; i++) {
        const end =
          place === 'workers'
            ? new Worker(script, { workerData: { memory: arena.memory, invitation: writer.invite(), seed } })
            : fork(script, [JSON.stringify({ name: 'r', dir, seed })])
        next.push(listen(end))
      }
      for (const one of next) await one()
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
      const mine = []
      const seen = []
      let next = []
      if (place === 'one thread') {
        for (let i = 0; i < READERS; i++) {
          mine.push(attachRingReader(arena, writer.descriptor))
          seen.push({ right: 0, torn: 0, wrong: 0, last: -1 })
        }
      } else next = await others(place, writer, seed)
      const take = () =>
        mine.forEach((reader, i) => {
          for (let k = random(40); k > 0 && takeOne(reader, arena.bytes, seen[i], seed); k--);
        })
      const block = new Uint8Array(MOST)
      let bytes = 0
      for (let i = 0; i < BLOCKS; i++) {
        const length = fill(block, i, seed)
        if (shape.kind === 'c') fillStream(block, bytes, length)
        for (let at = 0; at < length; ) {
          const done = writer.write(block.subarray(at, length))
          if (done >= 0) at += done
          else if (mine.length > 0) {
            writer.publish()
            for (const [k, reader] of mine.entries()) while (takeOne(reader, arena.bytes, seen[k], seed));
          } else await writer.waitRoom(1000)
        }
        bytes += length
        if (mine.length > 0 && i % 16 === 0) take()
        // Who never waits lets the others run now and then, or they would see nothing at all.
        if (mine.length === 0 && strategy !== 'srp' && i % 64 === 0) await new Promise((done) => setImmediate(done))
      }
      writer.end()
      for (const [k, reader] of mine.entries()) while (takeOne(reader, arena.bytes, seen[k], seed));
      const facts = { strategy, kind: shape.kind, blocks: BLOCKS, bytes }
      let result = 'nothing lost'
      for (const [k, reader] of mine.entries()) {
        const { state, blocks, lostBlocks, lostBytes } = reader
        result = judge({ state, blocks, bytes: reader.bytes, lostBlocks, lostBytes }, seen[k], facts)
      }
      for (const one of next) {
        const said = await one()
        result = judge(said.reader, said.seen, facts)
      }
      if (writer.close) writer.close()
      else writer.free()
      if (arena.used !== 0) throw new Error(`${arena.used} bytes stayed behind`)
      return `${strategy} ${place}: ${result}`
    }
  },
}
