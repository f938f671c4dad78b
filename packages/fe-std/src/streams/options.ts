import type { OptionSchema } from '@netstreamline/core'

/** Bytes that all streams of an instance may hold together, unless it is told otherwise. */
export const MEMORY = 67108864

export const memoryOption: OptionSchema = {
  type: 'integer',
  minimum: 0,
  default: MEMORY,
  'x-unit': 'size',
  description: 'Bytes that all streams together may hold.',
}
