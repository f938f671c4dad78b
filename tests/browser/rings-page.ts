// What the browser test of rings runs: every kind and strategy, in the page itself, and to a worker where there is
// shared memory.

import { attachRingReader, createArena, createRingWriter, type RingOptions } from '@netstreamline/rings'
import { fill, fillStream, judge, MOST, SHAPES, STRATEGIES, takeOne } from '../../scripts/campaigns/ring-blocks.mjs'

const BLOCKS = 5000
const SEED = 7
const arena = createArena({ bytes: 2 ** 20 })

interface Said {
  readonly seen: object
  readonly reader: object
}

const startWorker = (memory: unknown, invitation: object): Promise<Said> =>
  new Promise((done, failed) => {
    const worker = new Worker('/worker.js', { type: 'module' })
    worker.onmessage = ({ data }) => done(data)
    worker.onerror = (event) => failed(new Error(`the worker failed: ${event.message}`))
    worker.postMessage({ memory, invitation, seed: SEED })
  })

const one = async (shape: object, strategy: string, isWorker: boolean): Promise<string> => {
  const writer = createRingWriter(arena, { ...shape, bytes: 2 ** 14, strategy } as RingOptions)
  const { kind } = writer.area
  const said = isWorker ? startWorker(arena.memory, writer.invite()) : undefined
  const reader = said ? undefined : attachRingReader(arena, writer.descriptor)
  const seen = { right: 0, torn: 0, wrong: 0, last: -1 }
  const take = (): void => {
    writer.publish()
    while (reader && takeOne(reader, arena.bytes, seen, SEED));
  }
  const block = new Uint8Array(MOST)
  let bytes = 0
  for (let n = 0; n < BLOCKS; n++) {
    const length = fill(block, n, SEED)
    if (kind === 'c') fillStream(block, bytes, length)
    for (let at = 0; at < length; ) {
      const done = writer.write(block.subarray(at, length))
      if (done >= 0) at += done
      else if (reader) take()
      else await writer.waitRoom(1000)
    }
    bytes += length
    if (strategy !== 'srp' && n % 40 === 0) take()
  }
  writer.end()
  take()
  const facts = { strategy, kind, blocks: BLOCKS, bytes }
  const result = said ? await said.then((s) => judge(s.reader, s.seen, facts)) : judge(reader, seen, facts)
  writer.free()
  if (arena.used !== 0) throw new Error(`${arena.used} bytes stayed behind`)
  return result
}

const run = async () => {
  const results: Record<string, string> = {}
  for (const shape of SHAPES as { kind: string }[]) {
    for (const strategy of STRATEGIES as string[]) {
      results[`${shape.kind} ${strategy} page`] = await one(shape, strategy, false)
      if (globalThis.crossOriginIsolated) results[`${shape.kind} ${strategy} worker`] = await one(shape, strategy, true)
    }
  }
  return results
}
const report = (answer: object) => fetch('/report', { method: 'POST', body: JSON.stringify(answer) })
run().then(report, (error) => report({ failure: String(error?.stack ?? error) }))
