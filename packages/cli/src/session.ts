import { open } from '@netstreamline/control/node'
import type { Request } from '@netstreamline/core'
import { parseWithWarnings } from '@netstreamline/srl'
import type { Io } from './io.js'
import { safe } from './terminal.js'
import { ownPackage } from './version.js'

/** Finds the plugins: those of the nearest package.json, and those that come with the command. */
export const openHere = (options: { print?(line: string): void; log?(message: string): void } = {}) =>
  open({ root: process.cwd(), bundled: [ownPackage], ...options })

/** Parses a request and says what its author may not have meant. @throws SL_SRL_… */
export const read = (text: string, { say, paint }: Io): Request => {
  const { request, warnings } = parseWithWarnings(text)
  for (const warning of warnings) say(`${paint('yellow', 'warning')}: ${safe(warning)}`)
  return request
}
