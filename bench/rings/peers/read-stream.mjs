// Sends a file to a socket as Node.js programs do.
//   node read-stream.mjs '{"file":PATH,"to":SOCKETPATH|PORT,"chunk":N,"cpus":[N]}'
// chunk: bytes of a read, default that of Node.js.
import { createReadStream } from 'node:fs'
import { connect } from 'node:net'
import { once, print } from '../lib/end.mjs'

const { file, to, chunk } = JSON.parse(process.argv[2])
const socket = connect(to)
await once(socket, 'connect')
const stream = createReadStream(file, chunk === undefined ? {} : { highWaterMark: chunk })
stream.pipe(socket)
await once(socket, 'finish')
print({ bytes: stream.bytesRead })
