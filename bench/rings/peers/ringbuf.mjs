// Blocks through ringbuf.js to a worker thread. It has no way to wait, so both ends turn.
//   node ringbuf.mjs '{"bytes":N,"ring":N,"words":4|1,"seconds":S,"warm":S,"cpus":[W,R]}'
// words: bytes of an element of its array; 1 is what bytes need, 4 copies faster.
import { fileURLToPath } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import { RingBuffer } from 'ringbuf.js'
import { Blocks, MemoryChecker } from '../lib/blocks.mjs'
import { End, lookEvery, pinThread, print, startThread } from '../lib/end.mjs'

const options = JSON.parse(process.argv[2])
const { bytes, ring: size = 2 ** 20, words = 1, seconds = 0.3 } = options
const Type = words === 4 ? Uint32Array : Uint8Array
const every = lookEvery(bytes)

const write = (ring, isEnded) => {
  const blocks = new Blocks(bytes)
  const as = blocks.views.map((view) => new Type(view.buffer, view.byteOffset, bytes / words))
  const end = new End(options)
  let count = 0
  do {
    for (let i = 0; i < every; i++, count++) {
      const block = as[count & (blocks.count - 1)]
      blocks.block(count)
      while (ring.availableWrite() < block.length);
      ring.push(block)
    }
  } while (end.look(count) < seconds)
  const result = end.finish(count)
  Atomics.store(isEnded, 0, 1)
  return result
}

const read = (ring, isEnded) => {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / 65536) })
  const into = new Type(memory.buffer, 0, bytes / words)
  const checker = new MemoryChecker(new Blocks(bytes), memory)
  const end = new End(options)
  let count = 0
  for (;;) {
    if (ring.availableRead() >= into.length) {
      ring.pop(into)
      checker.check(count++, 0)
      if (count % every === 0) end.look(count)
    } else if (Atomics.load(isEnded, 0) === 1 && ring.empty()) return end.finish(count)
  }
}

if (options.role) {
  pinThread([options.cpus[1]])
  const { storage, flag } = workerData
  parentPort.postMessage(read(new RingBuffer(storage, Type), new Int32Array(flag)))
} else {
  const storage = RingBuffer.getStorageForCapacity(size / words - 1, Type)
  const flag = new SharedArrayBuffer(4)
  const { told } = await startThread(fileURLToPath(import.meta.url), options, { storage, flag })
  const writer = write(new RingBuffer(storage, Type), new Int32Array(flag))
  print({ writer, reader: await told() })
}
