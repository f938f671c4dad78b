// Blocks through Node's streams: stdin of a child process, or a Unix socket.
//   node stream.mjs '{"way":"stdio"|"net","bytes":N,"seconds":S,"warm":S,"cpus":[W,R]}'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Blocks } from '../lib/blocks.mjs'
import { Chunks } from '../lib/chunks.mjs'
import { End, lookEvery, once, print, startProcess } from '../lib/end.mjs'

const file = fileURLToPath(import.meta.url)
const options = JSON.parse(process.argv[2])
const { way, bytes, seconds = 0.3 } = options
const path = join(tmpdir(), `streamline-bench-${options.role ? process.ppid : process.pid}.sock`)

const read = (source) => {
  const chunks = new Chunks(bytes)
  const end = new End(options)
  source.on('data', (chunk) => {
    chunks.add(chunk)
    end.look(chunks.count)
  })
  source.on('end', () => process.send(end.finish(chunks.count), () => process.disconnect()))
}

const write = async (sink) => {
  const blocks = new Blocks(bytes)
  const end = new End(options)
  const every = lookEvery(bytes)
  let count = 0
  do {
    for (let i = 0; i < every; i++, count++) {
      // The stream keeps it until it is written, so each block needs memory of its own.
      const block = Buffer.allocUnsafe(bytes)
      block.set(blocks.block(count))
      if (!sink.write(block)) await once(sink, 'drain')
    }
  } while (end.look(count) < seconds)
  const result = end.finish(count)
  sink.end()
  return result
}

if (options.role) {
  if (way === 'stdio') {
    read(process.stdin)
    process.send('ready')
  } else {
    const server = createServer((socket) => {
      server.close()
      read(socket)
    })
    server.listen(path, () => process.send('ready'))
  }
} else {
  const { child, told } = startProcess(file, options, 1, way === 'stdio' ? 'pipe' : 'ignore')
  await told()
  const writer = await write(way === 'stdio' ? child.stdin : connect(path))
  print({ writer, reader: await told() })
}
