import { ABI, type Registry, type StaticPackage } from '@netstreamline/core'
import { validateManifest } from './manifest.js'
import { createRegistry, type Entry } from './registry.js'

const entryOf = ({ manifest, load }: StaticPackage, taken: ReadonlySet<string>): Entry => {
  const problems = validateManifest(manifest)
  const name = String(manifest?.package ?? 'a package without a name')
  if (taken.has(name)) problems.push(`there is another package '${name}' before it`)
  const about = { name, version: String(manifest?.version ?? ''), location: '' }
  const url = (module: string) => `static:${name}/${module.replace(/^\.\//, '')}`
  if (problems.length === 0) return { about, manifest, url, load }
  const hint = manifest?.abi === ABI ? 'build the package again' : `install a version of ${name} for this Streamline`
  return { about: { ...about, broken: problems.join('; '), hint }, url, load }
}

/**
 * A registry of packages that the application brings along, for bundlers and browsers: each with its manifest and a
 * function that imports its modules by their path in the manifest. One whose manifest is invalid is listed as broken.
 */
export const staticRegistry = (packages: readonly StaticPackage[]): Registry => {
  const taken = new Set<string>()
  const entries = packages.map((pkg) => {
    const entry = entryOf(pkg, taken)
    taken.add(entry.about.name)
    return entry
  })
  return createRegistry(entries)
}
