// Sends a file to a socket.
//   node send.mjs '{"way":"sendFile"|"peek","file":PATH,"to":SOCKETPATH|PORT,"chunk":N,"cpus":[N]}'
// sendFile: by the system. peek: chunks are written from where they lie in the ring that the file is read ahead into.
import { connect } from 'node:net'
import { createArena } from '@netstreamline/rings'
import { openReadFrom, openWriteTo, sendFile } from '@netstreamline/rings/file/node'
import { once, print } from '../lib/end.mjs'

const { way, file, to, chunk = 65536 } = JSON.parse(process.argv[2])
const socket = connect(to)
await once(socket, 'connect')

const ways = {
  sendFile: () => sendFile(file, socket),
  async peek() {
    const arena = createArena()
    const from = await openReadFrom(arena, file, { prefetch: Math.max(2 ** 20, 8 * chunk) })
    const sink = await openWriteTo(arena, socket)
    let bytes = 0
    for (let view = await from.peek(chunk); view !== null; view = await from.peek(chunk))
      bytes += await sink.write(view)
    await sink.close()
    await from.close()
    return bytes
  },
}
const bytes = await ways[way]()
socket.end()
print({ bytes })
