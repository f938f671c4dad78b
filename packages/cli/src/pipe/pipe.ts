import { StreamlineError } from '@netstreamline/core'
import type { Command } from '../commands.js'
import { choice, number, size } from './options.js'
import { readPipe } from './reader.js'
import { writePipe } from './writer.js'

const usage = (message: string): StreamlineError =>
  new StreamlineError('SL_USAGE', message, { hint: "'streamline help pipe' has examples" })

const STRATEGIES = ['srp', 'mrp', 'frp'] as const

/** One producer, many readers, by name (paper, §6.1). */
const pipe: Command = async ({ args: [name], options }, io) => {
  const text = (option: string): string | undefined => {
    const value = options[option]
    return typeof value === 'string' ? value : undefined
  }
  const given = (option: string): string => text(option)!
  if (Boolean(options['write']) === Boolean(options['read'])) throw usage('pipe needs either -w or -r')
  const strategy = text('strategy') === undefined ? undefined : choice('strategy', given('strategy'), STRATEGIES)
  if (options['read']) {
    for (const option of ['size', 'readers', 'access', 'keep', 'json']) {
      if (options[option] !== undefined) throw usage(`--${option} is for the writer (-w)`)
    }
    return readPipe(name!, { strategy }, io)
  }
  return writePipe(
    name!,
    {
      strategy,
      bytes: text('size') === undefined ? 2 ** 20 : size('size', given('size')),
      readers: text('readers') === undefined ? undefined : number('readers', given('readers'), 1, 32),
      access: text('access') === undefined ? 'user' : choice('access', given('access'), ['user', 'group', 'other']),
      keeps: options['keep'] === true,
    },
    io,
  )
}
export default pipe
