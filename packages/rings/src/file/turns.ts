import { platform } from '../platform.js'

/** Whoever has kept the event loop so long lets others have their turn, ms. */
const TURN_MS = 5
/** Calls between two looks at the clock. */
const LOOK_EVERY = 64

let calls = 0
let since = 0

/**
 * Is it time for a turn of the event loop? A file that always has something (its other end is another thread) would
 * else keep this one from timers and sockets: promises that are resolved already do not let it go on.
 */
export const isTurnDue = (): boolean => ++calls >= LOOK_EVERY && isLate()

const isLate = (): boolean => {
  calls = 0
  return platform.performance.now() - since > TURN_MS
}

/** Lets the event loop go round once. */
export const takeTurn = async (): Promise<void> => {
  await new Promise<void>((done) => (platform.setImmediate ?? platform.setTimeout)(done, 0))
  since = platform.performance.now()
}
