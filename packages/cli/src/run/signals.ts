const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
type Name = keyof typeof exitCodes

/** What ends a request early. */
export interface Interrupts {
  /** Aborted by the first signal, and by `end`. */
  readonly signal: AbortSignal
  /** Asks to stop in order without being a signal: the time is over. */
  end(): void
  /** Exit code of the signal that came; undefined if none has. */
  readonly exitCode: number | undefined
  /** Ends the process as the signal that came would have: at once, whatever its threads wait for. */
  endNow(): void
  /** The default behaviour is back. */
  release(): void
}

/**
 * Ends the process now. `process.exit` would wait for the threads that read and write files, and so for a full pipe
 * that nobody reads; the signal's own default does not, and shells show the same code for it.
 */
const endAtOnce = (name: Name): void => {
  if (!process.getActiveResourcesInfo().includes('FSReqCallback')) process.exit(exitCodes[name])
  process.removeAllListeners(name)
  process.kill(process.pid, name)
}

/** The first SIGINT, SIGTERM or SIGHUP asks to stop in order, the second one ends the process at once. */
export const interrupts = (): Interrupts => {
  const controller = new AbortController()
  let exitCode: number | undefined
  let came: Name = 'SIGINT'
  const handle = (name: NodeJS.Signals) => {
    if (exitCode !== undefined) return endAtOnce(name as Name)
    came = name as Name
    exitCode = exitCodes[came]
    controller.abort()
  }
  const names = Object.keys(exitCodes) as Name[]
  for (const name of names) process.on(name, handle)
  return {
    signal: controller.signal,
    end: () => controller.abort(),
    get exitCode() {
      return exitCode
    },
    endNow: () => endAtOnce(came),
    release: () => {
      for (const name of names) process.off(name, handle)
    },
  }
}
