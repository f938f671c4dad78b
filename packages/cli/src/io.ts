import { createOutput, type Output, writeTalk } from './output.js'
import { isTerminal } from './terminal.js'

/** How a command talks to its user. */
export interface Io {
  /** `--json`: standard output is one JSON object, even of a failure. */
  readonly json: boolean
  /** Data, for programs and people. */
  readonly out: Output
  /** Is standard error a terminal? */
  readonly terminal: boolean
  /** Columns to stay within. */
  readonly columns: number
  /** Talk: one or more lines on standard error. */
  say(text: string): void
  /** Words in bold, dim or a colour where standard error shows that. */
  paint(style: Style, text: string): string
}

const codes = { bold: '1', dim: '2', red: '31', green: '32', yellow: '33' } as const
export type Style = keyof typeof codes

export const createIo = (json: boolean): Io => {
  const terminal = isTerminal(2)
  const { NO_COLOR, TERM, COLUMNS } = process.env
  const colour = terminal && !NO_COLOR && TERM !== 'dumb'
  const columns = Number(COLUMNS) || (terminal && process.stderr.columns) || 100
  return {
    json,
    out: createOutput(),
    terminal,
    columns: Math.max(60, Math.min(columns, 160)),
    say: (text) => writeTalk(`${text}\n`),
    paint: (style, text) => (colour ? `\x1b[${codes[style]}m${text}\x1b[0m` : text),
  }
}
