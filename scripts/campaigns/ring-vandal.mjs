// A hostile producer, for the campaign of hostile memory: makes a ring, writes some blocks, then scribbles over all that
// it can write (everything), tries to cut the memory, and goes on, until it is ended.
import { closeSync, ftruncateSync, openSync, readdirSync, readlinkSync } from 'node:fs'
import { createArena } from '@netstreamline/rings'
import { createSharedRing } from '@netstreamline/rings/node'

const { dir, seed, options } = JSON.parse(process.argv[2])
let state = seed
const random = (n) => {
  state = (state + 0x9e3779b9) | 0
  let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
  return ((z ^ (z >>> 15)) >>> 0) % n
}
const arena = createArena({ bytes: 2 ** 24 })
const writer = createSharedRing({ ...options, name: 'r', dir, arena, readers: 1 })
const { words } = writer.area
const block = new Uint8Array(100)
const description = words.slice(0, 32)

/** Its own memory files, by whatever way the system gives. */
const cut = () => {
  for (const fd of readdirSync('/proc/self/fd')) {
    try {
      if (!readlinkSync(`/proc/self/fd/${fd}`).includes('streamline:')) continue
      const file = openSync(`/proc/self/fd/${fd}`, 'r+')
      try {
        ftruncateSync(file, 0)
        process.send('CUT')
      } finally {
        closeSync(file)
      }
    } catch {
      // Refused: that is what is hoped for.
    }
  }
}
const VALUES = [0, -1, 1, 8, 16, 0x40000000, -0x80000000, 0x3fffffff, 1024, 65536]
const scribble = () => {
  for (let n = 1 + random(20); n > 0; n--) {
    // Half of it where it hurts: header, table, and the first records.
    const at = random(8) === 0 ? random(words.length) : random(2) ? 32 + random(600) : words.length - 1 - random(400)
    words[at] = random(2) ? VALUES[random(VALUES.length)] : random(2 ** 32) | 0
  }
}
process.send('ready')
for (let n = 0; ; n++) {
  try {
    while (writer.write(block.subarray(0, random(100))) >= 0 && random(20) > 0);
    writer.publish()
  } catch {
    // It has destroyed its own ring. All the better.
  }
  // Most of the time the description is right, so that readers come to the rest.
  if (random(4) > 0) words.set(description)
  if (n > 3) scribble()
  if (n % 50 === 5) cut()
  Atomics.notify(words, 0)
  await new Promise((done) => setImmediate(done))
}
