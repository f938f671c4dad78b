import { type Frame, MAILBOX } from '../ir/index.js'
import type { Random } from './random.js'

/** Where EDIT moves windows to: the second half of a frame's bytes. */
export const COPY = 128

/** A random block of up to 64 bytes of small numbers, its headers anywhere near. */
export const randomFrame = (random: Random): Frame => {
  const bytes = new Uint8Array(2 * COPY)
  for (let i = 0; i < COPY; i++) bytes[i] = random(5) ? random(4) : random(256)
  const offset = random(20)
  return framed({
    bytes,
    offset,
    length: random(8) ? random(64) : random(4),
    kind: 1 + random(3),
    l3: random(30) - 1,
    l4: random(50) - 1,
    proto: random(4) ? 6 : random(257) - 1,
    classifier: random(65536),
    stream: random(2 ** 32),
    wireLength: random(3) ? random(70) : random(2 ** 32),
    now: random(2 ** 32),
    mail: Uint32Array.from({ length: MAILBOX }, () => random(2 ** 32)),
  })
}

const framed = (fields: Omit<Frame, 'edit'>): Frame => {
  const frame: Frame = {
    ...fields,
    edit() {
      frame.bytes.copyWithin(COPY, 0, COPY)
      frame.offset += COPY
      // A header that lies far from the window is not copied with it.
      frame.l3 = frame.l3 >= 0 && frame.l3 < COPY / 4 ? frame.l3 + COPY : -1
      if (frame.l4 >= 0) frame.l4 += COPY
    },
  }
  return frame
}

/** The same block again, in memory of its own. */
export const copyOf = (frame: Frame): Frame =>
  framed({ ...frame, bytes: frame.bytes.slice(), ...(frame.mail && { mail: frame.mail.slice() }) })

/** All that a program can change of a block. */
export const stateOf = ({ edit: _, ...fields }: Frame): Omit<Frame, 'edit'> => fields
