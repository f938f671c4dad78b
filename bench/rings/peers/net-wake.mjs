// How long a sleeping process takes to answer through a Unix socket of Node's `net`, as sides/wake.mjs measures it.
//   node net-wake.mjs '{"count":N,"pause":US,"cpus":[A,B]}'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { once, print, startProcess } from '../lib/end.mjs'
import { pauseIn, Trips } from '../lib/trips.mjs'

const options = JSON.parse(process.argv[2])
const path = join(tmpdir(), `streamline-bench-${options.role ? process.ppid : process.pid}.sock`)
const message = new Uint8Array(64)
const trips = new Trips(message, options)

/** Calls back with every message; it is in `message` then. */
const listen = (socket, onMessage) => {
  let have = 0
  socket.on('data', (chunk) => {
    message.set(chunk, have)
    have += chunk.length
    if (have < message.length) return
    have = 0
    onMessage()
  })
}

if (options.role) {
  const server = createServer((socket) => {
    server.close()
    let n = 0
    listen(socket, () => {
      trips.arrive(n++)
      socket.write(message)
    })
  })
  server.listen(path, () => {
    process.send('ready')
    process.disconnect()
  })
} else {
  const { told } = startProcess(fileURLToPath(import.meta.url), options)
  await told()
  const socket = connect(path)
  await once(socket, 'connect')
  let back
  listen(socket, () => back())
  for (let n = 0; n < trips.total; n++) {
    if (n >= trips.warm) await pauseIn.loop(options.pause)
    const coming = new Promise((done) => {
      back = done
    })
    trips.leave(n)
    socket.write(message)
    await coming
    trips.back(n)
  }
  socket.end()
  print(trips.result())
}
