// Nanoseconds per hop of one way of calling: the time of a chain of eight elements less that of an empty chain, by
// eight. Each element reads a byte of its own of the block and accepts it if it is even, which all are.
//   node bench/lib/hops.mjs inlined|direct|indirect|transform [SECONDS]
import { Readable, Transform, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ACCEPTED } from '@netstreamline/core'
import { Builder } from '@netstreamline/jit/ir'
import { createProcessSpace } from '@netstreamline/space-process'
import Benchmark from 'benchmark'

const HOPS = 8
const [way, seconds = '1'] = process.argv.slice(2)

/** A block, as elements see it. */
const block = { bytes: new Uint8Array(4096), offset: 64, length: 64 }

/** Distinct functions, not closures of one: the compiler must not take them for the same. */
const element = (n) => new Function('block', `return block.bytes[block.offset + ${n}] & 1 ? 0 : 1`)

const direct = (hops, count) => {
  const names = Array.from({ length: hops }, (_, n) => `f${n}`)
  const calls = ['true', ...names.map((f) => `${f}(block) > 0`)].join(' && ')
  const text = `return () => { let n = 0; for (let i = 0; i < ${count}; i++) { block.offset = i & 1023; if (${calls}) n++ } return n }`
  return new Function('block', ...names, text)(block, ...names.map((_, n) => element(n)))
}

const indirect = (hops, count) => {
  const chain = Array.from({ length: hops }, (_, n) => element(n))
  return () => {
    let accepted = 0
    for (let i = 0; i < count; i++) {
      block.offset = i & 1023
      let n = 0
      while (n < chain.length && chain[n](block) > 0) n++
      if (n === chain.length) accepted++
    }
    return accepted
  }
}

const transform = (hops, count) => {
  const stages = () =>
    Array.from({ length: hops }, (_, n) => {
      const accepts = element(n)
      return new Transform({
        objectMode: true,
        transform(chunk, _encoding, done) {
          if (accepts(chunk) > 0) done(null, chunk)
          else done()
        },
      })
    })
  return async () => {
    let left = count
    let accepted = 0
    const source = new Readable({
      objectMode: true,
      read() {
        this.push(left-- > 0 ? block : null)
      },
    })
    const sink = new Writable({
      objectMode: true,
      write(_chunk, _encoding, done) {
        accepted++
        done()
      },
    })
    await pipeline(source, ...stages(), sink)
    return accepted
  }
}

/** Programs of the filter IR in the process space, behind a source that only hands out where blocks lie. */
const inlined = (hops, count) => {
  const define = (name, create) => ({
    meta: { name, summary: name, inputs: ['any'], outputs: ['any'], state: 'global', targets: ['js'] },
    create,
  })
  const elements = {
    source: define('source', (_options, context) => {
      const ring = context.alloc(4096)
      let left = count
      return {
        pull(batch) {
          batch.ring = ring.id
          const n = Math.min(left, batch.limit)
          for (let i = 0; i < n; i++) {
            batch.offset[i] = ring.base + (i & 1023)
            batch.length[i] = 64
            batch.kind[i] = 1
          }
          left -= n
          batch.count = n
          batch.end = left === 0
        },
      }
    }),
    last: define('last', () => ({ program: new Builder().returnI(1).finish() })),
  }
  for (let n = 0; n < hops; n++) {
    elements[`hop${n}`] = define(`hop${n}`, () => {
      const b = new Builder()
      const odd = b.label()
      const program = b.load('LDB', 0, n).jumpI('JSET', 0, 1, odd).returnI(1).place(odd).returnI(0)
      return { program: program.finish() }
    })
  }
  const names = Object.keys(elements).sort((a, b) => order(a) - order(b))
  const load = async (_module, name) => elements[name]
  return async () => {
    const space = createProcessSpace({ load })
    const tx = 'bench'
    for (const [n, name] of names.entries()) {
      const vertex = { name, function: name, options: {} }
      const inputs = n === 0 ? [] : [{ from: names[n - 1], accept: ACCEPTED }]
      const implementation = { function: name, package: 'bench', module: name, target: 'js', state: 'global' }
      const placed = { vertex, runs: vertex, implementation, space: space.name, chain: [], why: '', lost: [], inputs }
      await space.instantiate(placed, tx)
    }
    for (let n = 1; n < names.length; n++) {
      await space.connect({ from: names[n - 1], to: names[n], accept: ACCEPTED, input: 0 }, tx)
    }
    for (const name of [...names].reverse()) await space.activate(name, tx)
    await space.done(tx)
    const { vertices } = await space.counters(tx)
    await space.close()
    return vertices.last.blocksIn
  }
}
const order = (name) => (name === 'source' ? -1 : name === 'last' ? HOPS : Number(name.slice(3)))

const { make, count } = {
  inlined: { make: inlined, count: 2_000_000 },
  direct: { make: direct, count: 100_000 },
  indirect: { make: indirect, count: 100_000 },
  transform: { make: transform, count: 20_000 },
}[way]

/** Seconds per block of a chain of so many elements. */
const time = async (hops) => {
  const work = make(hops, count)
  const accepted = await work()
  if (accepted !== count) throw new Error(`${way}, ${hops} hops: ${accepted} of ${count} blocks came through`)
  const waits = work() instanceof Promise
  const options = { maxTime: Number(seconds), minSamples: 5 }
  const bench = waits
    ? new Benchmark({ ...options, defer: true, fn: (deferred) => void work().then(() => deferred.resolve()) })
    : new Benchmark({ ...options, fn: work })
  await new Promise((resolve, reject) => {
    bench
      .on('complete', resolve)
      .on('error', () => reject(bench.error))
      .run({ async: true })
  })
  return bench.stats.mean / count
}

const empty = await time(0)
const full = await time(HOPS)
console.log(((full - empty) / HOPS) * 1e9)
