import { print } from '@netstreamline/srl'
import type { Command } from './commands.js'
import { openHere, read } from './session.js'

const check: Command = async ({ args }, io) => {
  const request = read(args[0]!, io)
  const streamline = await openHere()
  await streamline.check(request)
  io.out.write(`ok\n${print(request)}\n`)
  return 0
}
export default check
