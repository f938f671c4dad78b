/**
 * Planning and running requests in Node.js, with the plugins that an application declares.
 * @packageDocumentation
 */
import type { Registry } from '@netstreamline/core'
import { type DiscoverOptions, discoverPackages } from './discover.node.js'
import { type OpenOptions, offeredSpaces } from './spaces.js'
import { createStreamline, type Streamline } from './streamline.js'

export { type DiscoverOptions, discoverPackages } from './discover.node.js'
export { resultOf } from './result.js'

export interface OpenStreamlineOptions extends DiscoverOptions, Pick<OpenOptions, 'print' | 'log'> {
  /** Directory (or file URL) of the application; its nearest package.json counts. Default: the working directory. */
  readonly root?: string | URL
  /** Only these spaces; all that the plugins offer when left out. */
  readonly spaces?: readonly string[]
}

/**
 * Finds the application's plugins. Spaces are opened when a request first could use them.
 * @param options `print` takes data for the user, by lines (default: dropped); `log` takes talk
 */
export const open = async (
  options: OpenStreamlineOptions = {},
): Promise<Streamline & { readonly registry: Registry }> => {
  const { root, bundled = [], spaces, print, log } = options
  const registry = await discoverPackages(root, { bundled })
  const source = offeredSpaces(registry, { print, log, ...(spaces && { spaces }) })
  return { ...createStreamline({ registry, spaces: source }), registry }
}
