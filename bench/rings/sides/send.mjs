// Sends a file to a socket by our sendFile.
//   node send.mjs '{"file":PATH,"to":SOCKETPATH|PORT,"cpus":[N]}'
import { connect } from 'node:net'
import { sendFile } from '@netstreamline/rings/file/node'
import { once, print } from '../lib/end.mjs'

const { file, to } = JSON.parse(process.argv[2])
const socket = connect(to)
await once(socket, 'connect')
const bytes = await sendFile(file, socket)
socket.end()
print({ bytes })
