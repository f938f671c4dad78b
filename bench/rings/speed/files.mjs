// A file to a socket.
import { twoProcessors } from '../lib/machine.mjs'
import { fileOf, sendRate } from '../lib/send.mjs'
import { measure } from '../lib/speed.mjs'

export const title = 'a file to a socket, against sendfile(2) and createReadStream().pipe()'

const NETS = { unix: 'Unix socket', tcp: 'TCP' }

export const run = async ({ quick }) => {
  const cpus = twoProcessors()
  const file = fileOf(quick ? 16 : 256)
  const kept = {}
  const figures = []
  for (const [net, name] of Object.entries(NETS)) {
    const rate = (way) => () => sendRate(way, file, { cpus, net })
    const m = await measure(
      { ours: rate('sendFile'), sendfile: rate('sendfile'), stream: rate('readStream') },
      { quick, cpus },
    )
    kept[net] = m.kept
    figures.push(
      m.value('ours', `${name}: our sendFile`, 'GB/s', 1e-9),
      m.value('sendfile', `${name}: sendfile(2) in C`, 'GB/s', 1e-9),
      m.value('stream', `${name}: createReadStream().pipe()`, 'GB/s', 1e-9),
      m.quotient('ours', 'sendfile', `${name}: ours : sendfile(2)`, { least: 0.9 }),
      m.quotient('ours', 'stream', `${name}: ours : createReadStream().pipe()`, { least: 4 }),
      m.distance(),
    )
  }
  return { pairs: kept, figures }
}
