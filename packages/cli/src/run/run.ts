import type { ExplainEntry, Running, RunResult } from '@netstreamline/control'
import { resultOf } from '@netstreamline/control/node'
import { asError, type Request, StreamlineError } from '@netstreamline/core'
import type { Command } from '../commands.js'
import type { Io } from '../io.js'
import { writeTalk } from '../output.js'
import { report } from '../report.js'
import { openHere, read } from '../session.js'
import { safe } from '../terminal.js'
import { milliseconds } from './duration.js'
import { explanation, type Step } from './explain.js'
import { showProgress } from './progress.js'
import { type Interrupts, interrupts } from './signals.js'
import { summary } from './summary.js'

/** Under `--json` standard output is one object: nobody else may write there. */
const keepStandardOutput = (request: Request): void => {
  const fed = new Set(request.edges.map((edge) => edge.to))
  const sink = request.vertices.find((vertex, v) => fed.has(v) && vertex.options['path'] === '-')
  if (!sink) return
  throw new StreamlineError('SL_USAGE', `--json and ${sink.name} both write to standard output`, {
    vertex: sink.name,
    hint: 'give a file (or /dev/stderr) as path, or leave --json out',
  })
}

/** How long starting may take to stop by itself, in milliseconds. */
const GRACE = 200

/** A probe may wait for a pipe that says nothing: who wants to stop does not wait for it. */
const beginOrStop = (starting: Promise<Running>, { signal }: Interrupts): Promise<Running> =>
  new Promise((resolve, reject) => {
    starting.then(resolve, reject)
    const giveUp = () => setTimeout(() => reject(new StreamlineError('SL_INTERRUPTED', 'stopped before it ran')), GRACE)
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp)
  })

/** What happens around a running request until its end. */
const attend = async (running: Running, progress: boolean, io: Io, { signal }: Interrupts): Promise<RunResult> => {
  const stop = () => void running.stop().catch(() => {}) // the end rejects with the same
  let outputFailed: StreamlineError | undefined
  io.out.onError((error) => {
    outputFailed = error
    stop()
  })
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  const { terminal, columns } = io
  const hide = progress ? showProgress(running, { terminal, columns, write: writeTalk }) : () => {}
  try {
    const result = await running.result()
    if (outputFailed) throw outputFailed
    if (!io.json) io.out.flush()
    return result
  } finally {
    hide()
  }
}

/** Notes how long each step takes. */
const stopwatch = () => {
  const steps: Step[] = []
  const timed = async <T>(name: string, work: () => T | Promise<T>, entries?: readonly ExplainEntry[]): Promise<T> => {
    const from = performance.now()
    const value = await work()
    steps.push({ name, ms: performance.now() - from, entries })
    return value
  }
  return { steps, timed }
}

const run: Command = async ({ args, options }, io) => {
  const limit = options['for'] === undefined ? undefined : milliseconds(String(options['for']))
  const { steps, timed } = stopwatch()
  const request = await timed('parse', () => read(args[0]!, io))
  if (io.json) keepStandardOutput(request)
  const print = io.json ? (line: string) => writeTalk(`${line}\n`) : (line: string) => io.out.write(`${line}\n`)
  const log = (message: string) => io.say(safe(message))
  const streamline = await timed('find plugins', () => openHere({ print, log }))
  const stops = interrupts()
  const timer = limit === undefined ? undefined : setTimeout(stops.end, limit)
  const notes: ExplainEntry[] = []
  try {
    const start = () =>
      streamline.start(request, { signal: stops.signal, onExplain: (entry: ExplainEntry) => notes.push(entry) })
    const running = await timed('plan and start', () => beginOrStop(start(), stops), notes)
    if (options['explain']) io.say(explanation({ registry: streamline.registry, steps, plan: running.plan }, io))
    const progress = options['progress'] === true || (io.terminal && !io.json)
    const result = await attend(running, progress, io, stops)
    return stops.exitCode === undefined ? succeed(result, io) : fail(interrupted(), result, io, stops)
  } catch (e) {
    // The time was over before anything ran: that is what was asked for.
    const overBefore = asError(e).code === 'SL_INTERRUPTED' && stops.signal.aborted && stops.exitCode === undefined
    if (overBefore) return succeed({ request: request.text ?? args[0]!, duration: 0, nodes: [], edges: [] }, io)
    return fail(e, resultOf(e), io, stops)
  } finally {
    clearTimeout(timer)
    stops.release()
    // What could not be closed ends with the process.
    await streamline.close().catch(() => {})
  }
}

const interrupted = () => new StreamlineError('SL_INTERRUPTED', 'interrupted; what was under way is complete')

const showSummary = (result: RunResult, io: Io): void => io.say(summary(result, io))

const succeed = (result: RunResult, io: Io): number => {
  if (io.json) io.out.write(`${JSON.stringify(result)}\n`)
  else showSummary(result, io)
  return 0
}

const fail = (e: unknown, result: RunResult | undefined, io: Io, stops: Interrupts): number => {
  const error = asError(e)
  const quiet = error.code === 'SL_BROKEN_PIPE' && error.detail['path'] === '-'
  if (result && !io.json && !quiet) showSummary(result, io)
  const code = report(error, io, result)
  return error.code === 'SL_INTERRUPTED' ? (stops.exitCode ?? code) : code
}

export default run
