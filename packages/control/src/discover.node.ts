import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Registry } from '@netstreamline/core'
import { type PackageJson, readPackageJson, readPlugin } from './read-package.node.js'
import { createRegistry, type Entry } from './registry.js'
import { nearestPackage, resolvePackage } from './resolve-package.node.js'

export interface DiscoverOptions {
  /**
   * package.json files (paths or file URLs) of packages that bring plugins along as dependencies, such as the
   * command's own. Their manifests are taken to be valid: they were checked when that package was built. A plugin
   * that the application declares itself goes before the same one brought along.
   */
  readonly bundled?: readonly (string | URL)[]
}

const pathOf = (place: string | URL): string =>
  String(place).startsWith('file:') ? fileURLToPath(place) : String(place)

/** The names that a package.json declares, in the order of the file. */
const declared = (json: PackageJson, fields: readonly string[]): string[] => {
  const names = new Set<string>()
  for (const field of fields) {
    const list = json[field]
    if (typeof list === 'object' && list !== null) for (const name of Object.keys(list)) names.add(name)
  }
  return [...names]
}

const always = ['dependencies', 'optionalDependencies', 'peerDependencies']

interface Plugin {
  readonly directory: string
  readonly json: PackageJson
}

/** Plugins among what a package declares, and the package itself if it is one. */
const pluginsOf = (file: string, fields: readonly string[]): Plugin[] => {
  const json = readPackageJson(file)
  if (!json) return []
  const plugins: Plugin[] = json.streamline === undefined ? [] : [{ directory: dirname(file), json }]
  for (const name of declared(json, fields)) {
    const directory = resolvePackage(name, file)
    const theirs = directory === undefined ? undefined : readPackageJson(resolve(directory, 'package.json'))
    if (theirs?.streamline !== undefined) plugins.push({ directory: directory!, json: theirs })
  }
  return plugins
}

/**
 * Finds the plugins that the application at `root` declares: in `dependencies`, `optionalDependencies`,
 * `peerDependencies` and its own `devDependencies` of the nearest package.json. Never scans node_modules, runs nothing;
 * what is declared but not installed, or is no plugin, is passed over; a broken plugin stays listed with the reason.
 */
export const discoverPackages = async (
  root: string | URL = process.cwd(),
  { bundled = [] }: DiscoverOptions = {},
): Promise<Registry> => {
  const home = nearestPackage(resolve(pathOf(root)))
  const brought = bundled.flatMap((place) => pluginsOf(resolve(pathOf(place)), always))
  const known = new Set(brought.map(({ directory }) => directory))
  const own = home === undefined ? [] : pluginsOf(home, [...always, 'devDependencies'])
  // The validator loads only for what is not known to be valid: the command starts faster without it.
  const foreign = own.some(({ directory }) => !known.has(directory))
  const validate = foreign ? (await import('./manifest.js')).validateManifest : undefined
  const entries = new Map<string, Entry>()
  for (const { directory, json } of [...own, ...brought]) {
    const entry = readPlugin(directory, json, known.has(directory) ? undefined : validate)
    if (!entries.has(entry.about.name)) entries.set(entry.about.name, entry)
  }
  return createRegistry([...entries.values()])
}
