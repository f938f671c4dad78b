import { realpathSync } from 'node:fs'
import { dirname, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Registry } from '@netstreamline/core'
import { asPackageJson, type PackageJson, readPackageText, readPlugin } from './read-package.node.js'
import { createRegistry, type Entry } from './registry.js'
import { lookFor, nearestPackage } from './resolve-package.node.js'

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

/** A dependency if it is a plugin. What is installed nearest counts, plugin or not. */
const pluginAt = (places: readonly string[]): Plugin | undefined => {
  for (const place of places) {
    const text = readPackageText(`${place}${sep}package.json`)
    if (text === undefined) continue
    // Most dependencies of an application are none, and need not be parsed.
    const json = text.includes('"streamline"') ? asPackageJson(text) : undefined
    // Links are followed, so that what is found there resolves its own dependencies (pnpm).
    return json?.streamline === undefined ? undefined : { directory: realpathSync.native(place), json }
  }
  return undefined
}

/** Plugins among what a package declares, and the package itself if it is one. */
const pluginsOf = (file: string, fields: readonly string[]): Plugin[] => {
  const json = asPackageJson(readPackageText(file))
  if (!json) return []
  const plugins: Plugin[] = json.streamline === undefined ? [] : [{ directory: dirname(file), json }]
  const places = lookFor(file)
  for (const name of declared(json, fields)) {
    const plugin = pluginAt(places(name))
    if (plugin) plugins.push(plugin)
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
