import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from '../commands.js'
import { milliseconds } from '../run/duration.js'
import { interrupts } from '../run/signals.js'
import { isTerminal, safe } from '../terminal.js'
import { type Sample, Sampler } from './sample.js'
import { lines } from './table.js'

const HOME_AND_CLEAR = '\x1b[H\x1b[J'

const json = ({ name, state, report, blocksPerSecond, bytesPerSecond }: Sample) => {
  if (report === undefined) return { name, state }
  const { offset: _, id, ...rest } = report
  return { ...rest, name, id, ringState: report.state, state, blocksPerSecond, bytesPerSecond }
}

/** Rings of these names or processes; all if none is given. */
const wanted = (samples: readonly Sample[], args: readonly string[]): Sample[] =>
  samples.filter(({ name, report }) => args.length === 0 || args.includes(name) || args.includes(String(report?.pid)))

const top: Command = async ({ args, options }, io) => {
  const { interval } = options
  const pause = typeof interval === 'string' ? Math.max(10, milliseconds(interval, '--interval')) : 1000
  const isOnce = io.json || options['once'] === true || !isTerminal(1)
  const sampler = new Sampler(await import('@netstreamline/rings/node'))
  const stop = interrupts()
  try {
    sampler.look()
    do {
      await sleep(pause, undefined, { signal: stop.signal }).catch(() => {})
      if (stop.signal.aborted) break
      const samples = wanted(sampler.look(), args)
      if (io.json) io.out.write(`${JSON.stringify({ rings: samples.map(json) })}\n`)
      else io.out.write(`${isOnce ? '' : HOME_AND_CLEAR}${lines(samples).map(safe).join('\n')}\n`)
      io.out.flush()
    } while (!isOnce)
  } finally {
    sampler.close()
    stop.release()
  }
  return stop.exitCode ?? 0
}
export default top
