import type { ExplainEntry, Running, RunResult } from '@netstreamline/control'
import { resultOf } from '@netstreamline/control/node'
import { asError, type Request, StreamlineError } from '@netstreamline/core'
import type { Arguments } from '../arguments.js'
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

/** Calls back after the time; @returns what calls it off. */
const after = (ms: number | undefined, work: () => void): (() => void) => {
  const timer = ms === undefined ? undefined : setTimeout(work, ms)
  return () => clearTimeout(timer)
}

/** What happens around a running request until its end. */
const attend = async (running: Running, { options }: Arguments, io: Io, stops: Interrupts): Promise<RunResult> => {
  const stop = () => void running.stop().catch(() => {}) // the end rejects with the same
  let outputFailed: StreamlineError | undefined
  io.out.onError((error) => {
    outputFailed = error
    stop()
  })
  stops.signal.addEventListener('abort', stop)
  if (stops.signal.aborted) stop()
  const limit = options['for'] === undefined ? undefined : milliseconds(String(options['for']))
  const callOff = after(limit, stop)
  const wanted = options['progress'] === true || (io.terminal && !io.json)
  const { terminal, columns } = io
  const hide = wanted ? showProgress(running, { terminal, columns, write: writeTalk }) : () => {}
  try {
    const result = await running.result()
    if (outputFailed) throw outputFailed
    return result
  } finally {
    hide()
    callOff()
  }
}

const run: Command = async (input, io) => {
  const { args, options } = input
  if (options['for'] !== undefined) milliseconds(String(options['for']))
  const steps: Step[] = []
  const timed = async <T>(name: string, work: () => T | Promise<T>, entries?: readonly ExplainEntry[]): Promise<T> => {
    const from = performance.now()
    const value = await work()
    steps.push({ name, ms: performance.now() - from, entries })
    return value
  }

  const request = await timed('parse', () => read(args[0]!, io))
  if (io.json) keepStandardOutput(request)
  const print = io.json ? (line: string) => writeTalk(`${line}\n`) : (line: string) => io.out.write(`${line}\n`)
  const log = (message: string) => io.say(safe(message))
  const streamline = await timed('find plugins', () => openHere({ print, log }))
  // The second signal: nothing is waited for any more.
  const stops = interrupts((code) => process.exit(code))
  let result: RunResult | undefined
  let exitCode = 0
  try {
    const notes: ExplainEntry[] = []
    const onExplain = (entry: ExplainEntry) => notes.push(entry)
    const running = await timed(
      'plan and start',
      () => streamline.start(request, { signal: stops.signal, onExplain }),
      notes,
    )
    if (options['explain']) {
      io.say(explanation({ registry: streamline.registry, steps, plan: running.plan }, io))
    }
    result = await attend(running, input, io, stops)
    if (!io.json) io.out.flush()
    if (stops.exitCode !== undefined)
      throw new StreamlineError('SL_INTERRUPTED', 'interrupted; what was under way is complete')
  } catch (e) {
    result ??= resultOf(e)
    exitCode = fail(e, result, io, stops)
  }
  if (exitCode === 0) succeed(result!, io)
  stops.release()
  await streamline.close().catch(() => {})
  return exitCode
}

const showSummary = (result: RunResult, io: Io): void => io.say(summary(result, io))

const succeed = (result: RunResult, io: Io): void => {
  if (io.json) io.out.write(`${JSON.stringify(result)}\n`)
  else showSummary(result, io)
}

const fail = (e: unknown, result: RunResult | undefined, io: Io, stops: Interrupts): number => {
  const error = asError(e)
  const quiet = error.code === 'SL_BROKEN_PIPE' && error.detail['path'] === '-'
  if (result && !io.json && !quiet) showSummary(result, io)
  const code = report(error, io, result)
  return error.code === 'SL_INTERRUPTED' ? (stops.exitCode ?? code) : code
}
export default run
