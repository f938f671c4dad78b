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
  /** The default behaviour is back. */
  release(): void
}

/** The first SIGINT, SIGTERM or SIGHUP asks to stop in order, the second one to end at once. */
export const interrupts = (atOnce: (exitCode: number) => void): Interrupts => {
  const controller = new AbortController()
  let exitCode: number | undefined
  const handle = (name: NodeJS.Signals) => {
    const code = exitCodes[name as Name]
    if (exitCode !== undefined) return atOnce(code)
    exitCode = code
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
    release: () => {
      for (const name of names) process.off(name, handle)
    },
  }
}
