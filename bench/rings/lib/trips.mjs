// Round trips of a message of 64 bytes that carries its number and when it arrived on the other side.
import { hrtime } from 'node:process'

/** Microseconds of the clock that all processes share. */
const now = () => {
  const [seconds, nanoseconds] = hrtime()
  return seconds * 1e6 + nanoseconds / 1e3
}

/** What is measured of messages that go one at a time. The first ones go without a pause, until the code is compiled. */
export class Trips {
  constructor(message, { count, warm = 3000 }) {
    this.view = new DataView(message.buffer, message.byteOffset, message.length)
    this.left = 0
    this.there = []
    this.around = []
    this.warm = warm
    this.total = count + warm
  }

  /** Message n is about to leave. */
  leave(n) {
    this.view.setUint32(0, n)
    this.left = now()
  }

  /** It has arrived on the other side, which sends it back. */
  arrive(n) {
    this.check(n)
    this.view.setFloat64(8, now())
  }

  /** It is back. */
  back(n) {
    const time = now()
    this.check(n)
    if (n < this.warm) return
    this.there.push(this.view.getFloat64(8) - this.left)
    this.around.push(time - this.left)
  }

  check(n) {
    if (this.view.getUint32(0) !== n) throw new Error(`message ${n} is not what was sent`)
  }

  /** Microseconds of every trip: one way, and there and back. */
  result() {
    return { there: this.there, around: this.around }
  }
}

const still = new Int32Array(new SharedArrayBuffer(4))

/** Computes for some microseconds, so that the other side falls asleep and everything stays in the cache. */
const compute = (us) => {
  const until = now() + us
  while (now() < until);
}

/** What comes before a question: so many microseconds of computing, or from a thousand on of sleep. */
export const pauseIn = {
  loop: async (us) => (us < 1000 ? compute(us) : new Promise((done) => setTimeout(done, us / 1000))),
  block: (us) => (us < 1000 ? compute(us) : Atomics.wait(still, 0, 0, us / 1000)),
}
