import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cleanEnvironment, type Ended, execute, reasonOf, succeed } from './command.js'

/** A package manager: how it installs an application, and how programs start in it. */
export interface Manager {
  readonly name: string
  /** The package of the manager itself; left out for npm, which is there. */
  readonly itself?: string
  install(directory: string, tools: string): Promise<Ended>
  /** Runs `streamline` of the application. */
  streamline(directory: string, tools: string, args: readonly string[]): Promise<Ended>
  /** Runs a script of the application. */
  script(directory: string, tools: string, args: readonly string[]): Promise<Ended>
}

const own = (directory: string, name: string) => join(directory, 'node_modules', '.bin', name)
const yarn = (tools: string, args: readonly string[], directory: string) =>
  execute(own(tools, 'yarn'), args, directory, cleanEnvironment({ YARN_ENABLE_TELEMETRY: '0' }))
/** Yarn does not read npm's settings. */
const registry = async (directory: string) =>
  (await succeed('npm', ['config', 'get', 'registry'], directory)).trim().replace(/\/$/, '')

export const managers: readonly Manager[] = [
  {
    name: 'npm',
    install: (directory) => execute('npm', ['install', '--no-audit', '--no-fund'], directory),
    streamline: (directory, _, args) => execute(own(directory, 'streamline'), args, directory),
    script: (directory, _, args) => execute(process.execPath, args, directory),
  },
  {
    name: 'pnpm',
    itself: 'pnpm@10',
    install: (directory, tools) =>
      execute(
        own(tools, 'pnpm'),
        ['install', '--no-frozen-lockfile', '--store-dir', join(directory, '.store')],
        directory,
      ),
    streamline: (directory, _, args) => execute(own(directory, 'streamline'), args, directory),
    script: (directory, _, args) => execute(process.execPath, args, directory),
  },
  {
    name: "Yarn Plug'n'Play",
    itself: '@yarnpkg/cli-dist@4',
    async install(directory, tools) {
      const settings = ['nodeLinker: pnp', 'enableGlobalCache: false', 'enableImmutableInstalls: false']
      settings.push(`npmRegistryServer: '${await registry(directory)}'`)
      writeFileSync(join(directory, '.yarnrc.yml'), `${settings.join('\n')}\n`)
      // Makes the directory a project of its own.
      writeFileSync(join(directory, 'yarn.lock'), '')
      return yarn(tools, ['install'], directory)
    },
    streamline: (directory, tools, args) => yarn(tools, ['run', 'streamline', ...args], directory),
    script: (directory, tools, args) => yarn(tools, ['node', ...args], directory),
  },
]

/** Installs the managers themselves, where they are not to be touched. @returns why it was not possible, if so */
export const fetchManager = async (tools: string, itself: string): Promise<string | undefined> => {
  mkdirSync(tools, { recursive: true })
  const { code, stderr } = await execute(
    'npm',
    ['install', '--no-audit', '--no-fund', '--prefix', tools, itself],
    tools,
  )
  return code === 0 ? undefined : `${itself} cannot be had: ${reasonOf(stderr)}`
}
