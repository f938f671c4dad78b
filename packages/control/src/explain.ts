/** One thing that planning or allocating did. Plain JSON. */
export interface ExplainEntry {
  /** resolve, probe, discover, select, translate, instantiate, connect, activate … */
  readonly step: string
  /** How long it took, in milliseconds. */
  readonly ms: number
  /** What came of it, for people. */
  readonly text: string
  readonly vertex?: string
  readonly space?: string
}

/** Collects what `--explain` shows. */
export interface Explain {
  readonly entries: readonly ExplainEntry[]
  /** Does the work, then notes what `text` makes of its result; a failure is noted, too. */
  time<T>(
    step: string,
    facts: Pick<ExplainEntry, 'vertex' | 'space'>,
    work: () => T | Promise<T>,
    text: (result: T) => string,
  ): Promise<T>
}

/** @param tell is handed each entry as it is made */
export const createExplain = (tell?: (entry: ExplainEntry) => void): Explain => {
  const entries: ExplainEntry[] = []
  const note = (entry: ExplainEntry) => {
    entries.push(entry)
    tell?.(entry)
  }
  return {
    entries,
    async time(step, facts, work, text) {
      const from = performance.now()
      const ms = () => Math.round((performance.now() - from) * 1000) / 1000
      try {
        const result = await work()
        note({ step, ms: ms(), text: text(result), ...facts })
        return result
      } catch (e) {
        note({ step, ms: ms(), text: `failed: ${e instanceof Error ? e.message : String(e)}`, ...facts })
        throw e
      }
    },
  }
}
