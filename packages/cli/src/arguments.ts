import { StreamlineError } from '@netstreamline/core'
import { cac } from 'cac'
import type { CommandSpec } from './commands.js'

/** What stands behind a command's name. */
export interface Arguments {
  readonly args: readonly string[]
  readonly options: Readonly<Record<string, string | boolean | undefined>>
}

/** Marks words, so that the parser below does not take `0x50` or `007` for numbers. Cannot occur in an argument. */
const MARK = '\0'
const marked = (word: string): string => MARK + word
const plain = (value: unknown): unknown => (typeof value === 'string' ? value.replaceAll(MARK, '') : value)

const usage = (spec: CommandSpec, message: string): StreamlineError =>
  new StreamlineError('SL_USAGE', message, {
    hint: `usage: ${spec.usage}; 'streamline help ${spec.name}' has examples`,
  })

/** tcpdump's `-d`, `-dd`, `-ddd`, which option parsers take for several flags. */
const takeDumps = (words: readonly string[]): [words: string[], dump: string | undefined] => {
  const isDump = (word: string) => /^-d{1,3}$/.test(word)
  return [words.filter((word) => !isDump(word)), words.filter(isDump).at(-1)?.slice(1)]
}

/** @throws SL_USAGE for options and arguments that the command does not take */
export const readArguments = (spec: CommandSpec, words: readonly string[]): Arguments => {
  const end = words.indexOf('--')
  const before = end < 0 ? words : words.slice(0, end)
  const behind = end < 0 ? [] : words.slice(end + 1)
  const [head, dump] = spec.dumps ? takeDumps(before) : [before, undefined]
  const mark = (word: string) => (word.startsWith('-') && word !== '-' ? word.replace('=', `=${MARK}`) : marked(word))

  const cli = cac('streamline')
  const command = cli.command(`${spec.name} ${spec.arguments}`)
  for (const { flags, summary } of spec.options) command.option(flags, summary)
  command.action((...all: unknown[]) => all)
  let parsed: unknown[]
  try {
    cli.parse(['', '', spec.name, ...head.map(mark), ...behind.map(marked)], { run: false })
    parsed = cli.runMatchedCommand() as unknown[]
  } catch (e) {
    throw usage(spec, (e as Error).message.replace(/^[A-Z]/, (c) => c.toLowerCase()).replaceAll(MARK, ''))
  }
  const { '--': _, ...given } = parsed.pop() as Record<string, unknown>
  const options: Record<string, string | boolean | undefined> = dump === undefined ? {} : { dump }
  for (const [name, value] of Object.entries(given)) {
    if (Array.isArray(value)) throw usage(spec, `--${name} is given more than once`)
    options[name] = plain(value) as string | boolean
  }
  const args = parsed
    .flat()
    .filter((word) => word !== undefined)
    .map((word) => String(plain(word)))
  if (args.some((word) => word === '') && spec.name !== 'filter') throw usage(spec, 'an argument is empty')
  return { args, options }
}
