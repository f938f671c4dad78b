import { StreamlineError } from '@netstreamline/core'
import { readArguments } from './arguments.js'
import { type CommandSpec, commands } from './commands.js'
import { manual, overview } from './help.js'
import { createIo, type Io } from './io.js'
import { report } from './report.js'
import { printVersion } from './version.js'

const pick = (name: string): CommandSpec => {
  const spec = commands.find((c) => c.name === name)
  if (spec) return spec
  const what = name.startsWith('-') ? `unknown option '${name}'` : `unknown command '${name}'`
  throw new StreamlineError('SL_USAGE', what, {
    hint: `the commands are ${commands.map((c) => c.name).join(', ')}; 'streamline help' explains them`,
  })
}

const wantsHelp = (rest: readonly string[]): boolean => {
  const end = rest.indexOf('--')
  return (end < 0 ? rest : rest.slice(0, end)).some((word) => word === '--help' || word === '-h')
}

const execute = async (argv: readonly string[], io: Io): Promise<number> => {
  const [name = '--help', ...rest] = argv
  if (name === '--version' || name === '-V' || name === '-v') return printVersion(io)
  if (name === 'help' || name === '--help' || name === '-h') {
    if (argv.length === 0) {
      // Nothing was asked for: that is a mistake of use, answered by the overview.
      io.say(overview().trimEnd())
      return 2
    }
    io.out.write(rest[0] === undefined ? overview() : manual(pick(rest[0])))
    return 0
  }
  const spec = pick(name)
  if (wantsHelp(rest)) {
    io.out.write(manual(spec))
    return 0
  }
  const command = await spec.load()
  return command(readArguments(spec, rest), io)
}

/**
 * Runs the command line.
 * @param argv what stands behind `streamline`
 * @returns the exit code: 0 done, 1 failed, 2 usage or SRL, 3 missing plugin, 4 permission, 128+n stopped by signal n
 */
export const main = async (argv: readonly string[]): Promise<number> => {
  const end = argv.indexOf('--')
  const io = createIo((end < 0 ? argv : argv.slice(0, end)).includes('--json'))
  // A defect somewhere below still ends with a code, and not in the middle of a line.
  const broken = (e: unknown) => process.exit(report(e, io))
  process.on('uncaughtException', broken)
  try {
    const code = await execute(argv, io)
    io.out.flush()
    return code
  } catch (e) {
    return report(e, io)
  } finally {
    process.off('uncaughtException', broken)
  }
}
