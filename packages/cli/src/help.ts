import { type CommandSpec, commands } from './commands.js'

const indent = (lines: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...lines.map(([left]) => left.length))
  return lines.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd()).join('\n')
}

/** What `streamline help` prints. */
export const overview = (): string => `streamline: run requests over streams of packets and bytes

Usage: streamline COMMAND [options]

${indent(commands.map(({ name, summary }) => [name, summary] as const))}

  'streamline help COMMAND' shows its options and examples; --version prints the version.

Examples:
${[commands[0]!.examples[0]!, commands[2]!.examples[0]!, commands[4]!.examples[0]!].map(([line]) => `  ${line}`).join('\n')}

Exit codes: 0 done, 1 failed, 2 usage or request wrong, 3 plugin missing, 4 not permitted, 130 interrupted.
Environment: NO_COLOR turns colours off; STREAMLINE_DEBUG=1 adds stacks to errors.
`

/** What `streamline help COMMAND` prints. */
export const manual = ({ usage, summary, description, options, examples }: CommandSpec): string => {
  const rows = [
    ...options.map(({ flags, summary: what }) => [flags, what] as const),
    ['-h, --help', 'this page'] as const,
  ]
  const shown = examples.map(([line, what]) => (what ? `  # ${what}\n  ${line}` : `  ${line}`))
  const parts = [`${summary}.`, `Usage: ${usage}`, ...(description ? [description] : [])]
  return `${[...parts, `Options:\n${indent(rows)}`, `Examples:\n${shown.join('\n')}`].join('\n\n')}\n`
}
