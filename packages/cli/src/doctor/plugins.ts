import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { openHere } from '../session.js'
import type { Check } from './doctor.js'

const onPath = (program: string): string | undefined => {
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    const file = join(directory || '.', program)
    try {
      accessSync(file, constants.X_OK)
      return file
    } catch {
      // Not here.
    }
  }
  return undefined
}

/** What can run, and the tools that go with it. */
export const pluginChecks = async (): Promise<Check[]> => {
  const { registry } = await openHere()
  const broken = registry.packages.filter((p) => p.broken !== undefined)
  const works = registry.packages.length - broken.length
  const spaces = registry.spaces().map((space) => space.name)
  const tcpdump = onPath('tcpdump')
  return [
    {
      name: 'packages',
      ok: works > 0,
      found: `${works} with ${registry.functions().length} functions and ${registry.translators().length} translators`,
      fix: 'install @netstreamline/cli again',
    },
    ...broken.map((p) => ({
      name: 'broken package',
      ok: false,
      found: `${p.name} ${p.version}: ${p.broken}`,
      fix: p.hint || 'install it again, or ask its author',
    })),
    {
      name: 'spaces',
      ok: spaces.length > 0,
      found: spaces.join(', ') || 'none',
      fix: 'install @netstreamline/cli again',
    },
    {
      name: 'tcpdump',
      ok: tcpdump !== undefined,
      found: tcpdump ?? 'not found; only needed to make captures and to compare',
      fix: 'install the package tcpdump',
    },
  ]
}
