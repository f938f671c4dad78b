import { existsSync, realpathSync } from 'node:fs'
import Module, { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

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

/**
 * The directory of a dependency of the package whose package.json is `from`, or undefined if it is not installed.
 * Works under npm, pnpm (whose links are followed, so that what is found there resolves its own dependencies) and
 * Yarn PnP, also for packages whose `exports` hide their package.json: `require.resolve` fails for those.
 */
export const resolvePackage = (name: string, from: string): string | undefined => {
  if (!packageName.test(name)) return undefined
  const pnp = withPnp(name, from)
  if (pnp !== undefined) return pnp
  // Asked for a file in it, because a bare name may be that of a builtin module.
  for (const directory of createRequire(from).resolve.paths(`${name}/package.json`) ?? []) {
    const found = join(directory, name)
    if (existsSync(join(found, 'package.json'))) return realpathSync(found)
  }
  return undefined
}

/** The nearest package.json at or above a directory. */
export const nearestPackage = (directory: string): string | undefined => {
  for (let at = directory; ; at = dirname(at)) {
    const file = join(at, 'package.json')
    if (existsSync(file)) return file
    if (dirname(at) === at) return undefined
  }
}
