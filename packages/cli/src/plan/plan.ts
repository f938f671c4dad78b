import { type Plan, StreamlineError } from '@netstreamline/core'
import type { Command } from '../commands.js'
import { openHere, read } from '../session.js'
import { dot } from './dot.js'
import { svg } from './svg.js'
import { planText } from './text.js'

const formats: Record<string, (plan: Plan) => Promise<string>> = {
  json: async (plan) => `${JSON.stringify(plan)}\n`,
  dot: async (plan) => dot(plan),
  svg: (plan) => svg(plan),
  text: async (plan) => planText(plan),
}

const plan: Command = async ({ args, options }, io) => {
  const wanted = ['json', 'dot', 'svg'].filter((format) => options[format])
  if (wanted.length > 1) {
    throw new StreamlineError('SL_USAGE', `--${wanted.join(' and --')} exclude each other`, {
      hint: 'choose one of them',
    })
  }
  const request = read(args[0]!, io)
  const streamline = await openHere()
  try {
    io.out.write(await formats[wanted[0] ?? 'text']!(await streamline.plan(request)))
  } finally {
    await streamline.close()
  }
  return 0
}
export default plan
