import { existsSync } from 'node:fs'
import Module from 'node:module'
import { dirname, join, sep } from 'node:path'

/** What may stand in dependencies: nothing that could lead out of node_modules. */
const packageName = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~_-][a-z0-9._~-]*$/i

interface PnpApi {
  resolveToUnqualified(request: string, issuer: string): string | null
}

/**
 * Yarn Plug'n'Play knows where everything lies; there is no node_modules to look into. It adds `findPnpApi` to the
 * default export when it starts, which the named exports do not show.
 */
const withPnp = (name: string, from: string): string | undefined => {
  const { findPnpApi } = Module as unknown as { findPnpApi?(at: string): PnpApi | null }
  try {
    return findPnpApi?.(from)?.resolveToUnqualified(name, from) ?? undefined
  } catch {
    // Not a dependency of this package, or not installed.
    return undefined
  }
}

/** node_modules of this directory and those above it, as Node.js looks for packages. */
const above = (directory: string): string[] => {
  const places: string[] = []
  for (let at = directory; ; at = dirname(at)) {
    if (!at.endsWith(`${sep}node_modules`))
      places.push(at.endsWith(sep) ? `${at}node_modules` : `${at}${sep}node_modules`)
    if (dirname(at) === at) return places
  }
}

/**
 * Where the dependencies of the package whose package.json is `from` may lie, best first.
 * Works under npm, pnpm and Yarn PnP, also for packages whose `exports` hide their package.json: `require.resolve`
 * fails for those.
 */
export const lookFor = (from: string): ((name: string) => string[]) => {
  let places: string[] | undefined
  return (name) => {
    if (!packageName.test(name)) return []
    const pnp = withPnp(name, from)
    if (pnp !== undefined) return [pnp]
    places ??= above(dirname(from))
    return places.map((place) => `${place}${sep}${name}`)
  }
}

/** The nearest package.json at or above a directory. */
export const nearestPackage = (directory: string): string | undefined => {
  for (let at = directory; ; at = dirname(at)) {
    const file = join(at, 'package.json')
    if (existsSync(file)) return file
    if (dirname(at) === at) return undefined
  }
}
