// How long a sleeping process takes to answer through our rings: 64 bytes there and back, both ends asleep in between.
//   node wake.mjs '{"way":"loop"|"block","count":N,"pause":US,"cpus":[A,B]}'
// loop: asleep in the event loop. block: the thread stands still, without a look before it sleeps.
import { fileURLToPath } from 'node:url'
import { openSharedRing } from '@netstreamline/rings/node'
import { print, startProcess } from '../lib/end.mjs'
import { pauseIn, Trips } from '../lib/trips.mjs'
import { arenaFor, processRing } from './ring.mjs'

const file = fileURLToPath(import.meta.url)
const options = JSON.parse(process.argv[2])
const { way, role } = options
const name = `bench-${role ? process.ppid : process.pid}`
const RING = 2 ** 16
const arena = arenaFor(4 * RING)
const message = new Uint8Array(64)
const shape = { ring: RING, bytes: 64 }

/** Takes the next message; asleep until it has come. */
const takeIn = {
  async loop(reader) {
    while (reader.read(message) < 0) await reader.wait()
  },
  block(reader) {
    while (reader.read(message) < 0) reader.waitSync(Number.POSITIVE_INFINITY, 0)
  },
}
const take = takeIn[way]
const pause = pauseIn[way]

const send = (writer) => {
  if (writer.write(message) < 0) throw new Error('a ring of hundreds of messages is full of one')
  writer.publish()
}

if (role) {
  const questions = openSharedRing(`${name}-questions`, { arena })
  const answers = processRing(arena, `${name}-answers`, shape)
  process.send('ready')
  const trips = new Trips(message, options)
  for (let n = 0; n < trips.total; n++) {
    const waiting = take(questions)
    if (way === 'loop') await waiting
    trips.arrive(n)
    send(answers)
  }
  // The last answer is to be read before the ring goes.
  while (answers.readers() > 0) await answers.waitRoom(10)
  answers.close()
  questions.close()
  process.disconnect()
} else {
  const questions = processRing(arena, `${name}-questions`, shape)
  const { told } = startProcess(file, options)
  await told()
  const answers = openSharedRing(`${name}-answers`, { arena })
  const trips = new Trips(message, options)
  for (let n = 0; n < trips.total; n++) {
    const pausing = n < trips.warm ? undefined : pause(options.pause)
    if (way === 'loop') await pausing
    trips.leave(n)
    send(questions)
    const waiting = take(answers)
    if (way === 'loop') await waiting
    trips.back(n)
  }
  answers.close()
  questions.close()
  print(trips.result())
}
