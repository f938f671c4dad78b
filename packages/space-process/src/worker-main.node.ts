import { type MessagePort, workerData } from 'node:worker_threads'
import { serve } from '@netstreamline/core/protocol'
import { attachArena, attachByteRing, type Doorbell, ringChannel } from '@netstreamline/rings'
import { hub } from './port-hub.js'
import { createProcessSpace } from './space.js'
import { importElement, type Talk, type WorkerSetup } from './worker-setup.js'

// What runs in the thread: a process space over its part of the arena, served to the main thread.
const { setup, control, bell } = workerData as { setup: WorkerSetup; control: MessagePort; bell: MessagePort }
const arena = attachArena(setup.memory, setup.from, setup.to)
const channel = ringChannel({
  out: attachByteRing(arena, setup.out).writer(),
  in: attachByteRing(arena, setup.in).reader(),
  doorbell: control as unknown as Doorbell,
  ends: [setup.name, setup.beside],
})
const say = (talk: Talk): void => channel.send(talk)

hub.connect(setup.hub, (end) => bell.postMessage(end))
bell.on('message', (end) => hub.rung(end))
channel.onClose(() => bell.close())
// Before any call is answered, so that ports can be connected as soon as the first step was made.
say({ hub: hub.number })
serve(
  createProcessSpace({
    name: setup.name,
    depth: setup.depth,
    arena,
    generate: setup.generate,
    ports: setup.ports,
    load: importElement,
    print: (line) => say({ print: line }),
    log: (message) => say({ log: message }),
  }),
  channel,
  { onError: (error) => say({ log: error.message }) },
)
