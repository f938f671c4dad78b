import { type ErrorCode, StreamlineError } from '@netstreamline/core'

interface Told {
  readonly code: ErrorCode
  readonly what: string
  readonly hint: string
}

const NAME = 'SL_RING_NAME'
const TABLE: Record<string, Told> = {
  ENOENT: { code: NAME, what: 'there is no such ring', hint: 'Start its producer first, or wait for it.' },
  ECONNREFUSED: {
    code: NAME,
    what: 'its producer has died',
    hint: 'Start it again; streamline doctor --clean removes the name.',
  },
  EADDRINUSE: {
    code: NAME,
    what: 'a living producer has this name',
    hint: 'Choose another name, or end that process.',
  },
  EEXIST: { code: NAME, what: 'another ring has this id', hint: 'Try again.' },
  EINVAL: {
    code: NAME,
    what: 'that cannot be a name',
    hint: 'A name has 1 to 63 of the characters A-Z a-z 0-9 . _ - and no dot at the start.',
  },
  EACCES: {
    code: 'SL_RING_ACCESS',
    what: 'its policy does not let this user in',
    hint: "The producer decides: access 'user', 'group' or 'other'.",
  },
  EPERM: {
    code: 'SL_RING_ACCESS',
    what: 'the directory of names is not safe',
    hint: 'It must be a real directory of its user in which nobody else may write; see STREAMLINE_DIR.',
  },
  EBUSY: {
    code: 'SL_RING_FULL',
    what: 'all places for readers are taken',
    hint: 'Wait until one leaves, or make the ring with a larger maxReaders (at most 32).',
  },
  ENOMEM: {
    code: 'SL_RING_MEMORY',
    what: 'there is not so much memory',
    hint: 'Make the ring smaller, or give the machine or the control group more memory.',
  },
  ETIMEDOUT: { code: 'SL_RING', what: 'its producer does not answer', hint: 'Is that process stopped?' },
}
TABLE['EFBIG'] = TABLE['ENOSPC'] = TABLE['ENOMEM']!

/** What the native addon has thrown, as an error that says what to do. */
export const explain = (error: unknown, name: string): StreamlineError => {
  if (error instanceof StreamlineError) return error
  const { code = '', message = String(error) } = error as { code?: string; message?: string }
  const told = TABLE[code]
  if (told === undefined) {
    return new StreamlineError('SL_RING', `ring ${name}: ${message}`, {
      hint: 'The other process speaks another version of the protocol, or is broken.',
      name,
      errno: code,
    })
  }
  return new StreamlineError(told.code, `ring ${name}: ${told.what}`, { hint: told.hint, name, errno: code })
}
