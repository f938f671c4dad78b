import { asError, type StreamlineError } from '@netstreamline/core'
import type { Io } from './io.js'
import { safe } from './terminal.js'

const REPORT = 'this is a defect: please report it with the output of STREAMLINE_DEBUG=1'

/** The error for people: what happened, where in the request, what to do. */
export const describe = (error: StreamlineError, { paint }: Pick<Io, 'paint'>): string => {
  const { code, message, detail } = error
  const lines = [`${paint('red', 'error')} ${paint('bold', code)}: ${safe(message)}`]
  const frame = detail['caret'] ?? detail['frame']
  if (typeof frame === 'string') lines.push(...frame.split('\n').map((line) => `  ${safe(line)}`))
  const hint = error.hint || (code === 'SL_INTERNAL' ? REPORT : '')
  if (hint) lines.push(`${paint('yellow', 'hint')}: ${safe(hint)}`)
  if (process.env['STREAMLINE_DEBUG']) lines.push(String((error.cause as Error | undefined)?.stack ?? error.stack))
  return lines.join('\n')
}

/** A reader of standard output that has had enough is normal (`| head`): one line, no advice. */
const brief = (error: StreamlineError): boolean => error.code === 'SL_BROKEN_PIPE' && error.detail['path'] === '-'

/**
 * Says how a command has failed: to people on standard error, under `--json` as `{"error":…}` on standard output.
 * @param partial what was done before it failed; stands beside the error in JSON
 * @returns the exit code
 */
export const report = (e: unknown, io: Io, partial: object = {}): number => {
  const error = asError(e)
  try {
    // JSON stands alone on standard output; people get what came before the failure.
    if (io.json) io.out.write(`${JSON.stringify({ error: error.toJSON(), ...partial })}\n`)
    io.out.flush()
  } catch {
    // Standard output is the failure, or fails as well: standard error has to do.
  }
  if (brief(error)) io.say(`${io.paint('red', 'error')} ${error.code}: ${error.message}`)
  else io.say(describe(error, io))
  return error.exitCode
}
