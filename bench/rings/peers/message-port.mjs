// Blocks through a MessagePort to a worker thread, copied (structured clone) or handed over (transfer).
//   node message-port.mjs '{"way":"clone"|"transfer","bytes":N,"seconds":S,"warm":S,"cpus":[W,R]}'
import { fileURLToPath } from 'node:url'
import { parentPort } from 'node:worker_threads'
import { Blocks } from '../lib/blocks.mjs'
import { Chunks } from '../lib/chunks.mjs'
import { End, lookEvery, pinThread, print, startThread } from '../lib/end.mjs'

const options = JSON.parse(process.argv[2])
const { way, bytes, seconds = 0.3 } = options
/** A port has no limit, so the reader says after every so many blocks that they have come. */
const CREDIT = 64
const WINDOW = 512

const read = (port) => {
  const chunks = new Chunks(bytes)
  const end = new End(options)
  port.on('message', (block) => {
    if (block === 'end') {
      port.postMessage(end.finish(chunks.count))
      port.close()
      return
    }
    chunks.add(block)
    // Who gets a buffer gives it back: there is nothing faster.
    if (way === 'transfer') port.postMessage(block, [block.buffer])
    else if (chunks.count % CREDIT === 0) port.postMessage(CREDIT)
    if (chunks.count % lookEvery(bytes) === 0) end.look(chunks.count)
  })
}

if (options.role) {
  pinThread([options.cpus[1]])
  read(parentPort)
} else {
  const { worker } = await startThread(fileURLToPath(import.meta.url), options)
  const blocks = new Blocks(bytes)
  const end = new End(options)
  const every = lookEvery(bytes)
  const pool = []
  let count = 0
  let credit = WINDOW
  let writer
  let wake = () => {}
  worker.on('message', (message) => {
    if (typeof message === 'number') credit += message
    else if (message instanceof Uint8Array) {
      pool.push(message)
      credit++
    } else print({ writer, reader: message })
    wake()
  })
  do {
    for (let i = 0; i < every; i++, count++) {
      while (credit === 0) {
        await new Promise((done) => {
          wake = done
        })
      }
      credit--
      if (way === 'transfer') {
        const block = pool.pop() ?? new Uint8Array(bytes)
        block.set(blocks.block(count))
        worker.postMessage(block, [block.buffer])
      } else worker.postMessage(blocks.block(count).slice())
    }
  } while (end.look(count) < seconds)
  writer = end.finish(count)
  worker.postMessage('end')
}
