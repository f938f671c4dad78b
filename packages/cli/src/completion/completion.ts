import { StreamlineError } from '@netstreamline/core'
import type { Command } from '../commands.js'
import { openHere } from '../session.js'
import { scripts } from './scripts.js'
import { candidates } from './words.js'

/**
 * The scripts ask `streamline completion words -- WORD…` at each Tab: what is offered follows the plugins of the
 * directory that the user is in. The last word is the one to complete.
 */
const completion: Command = async ({ args }, io) => {
  const [shell = '', ...words] = args
  if (shell === 'words') {
    // A shell that completes must not be disturbed: whatever is wrong, there is just nothing to offer.
    const { registry } = await openHere()
    const lines = candidates(words, registry)
    if (lines.length) io.out.write(`${lines.join('\n')}\n`)
    return 0
  }
  const script = Object.hasOwn(scripts, shell) ? scripts[shell as keyof typeof scripts] : undefined
  if (script === undefined) {
    throw new StreamlineError('SL_USAGE', `no completion for '${shell}'`, { hint: 'the shells are bash, zsh and fish' })
  }
  io.out.write(script)
  return 0
}
export default completion
