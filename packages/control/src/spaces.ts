import { isFE, type Loader, type Registry, type Space, StreamlineError } from '@netstreamline/core'

/** What a request may need of the spaces. */
export interface Need {
  /** Labels of code for which there is an implementation. */
  readonly targets: ReadonlySet<string>
  /** Spaces that the request names. */
  readonly pins: ReadonlySet<string>
}

/** Where spaces come from: given ready, or opened when a request first needs them. */
export interface SpaceSource {
  /** Names that `space=` may give. */
  names(): readonly string[]
  /** The spaces that may serve this need, and those that could not be opened. */
  open(need: Need): Promise<{ spaces: readonly Space[]; failed: readonly { space: string; error: unknown }[] }>
  /** Closes those that are open. */
  close(): Promise<void>
}

/** What a space's module, which exports `open` as default, is given. */
export interface OpenOptions {
  /** Its name in the manifest. */
  readonly name: string
  /** Loads the code of an FE: the `module` of an implementation and the function's name. @throws SL_PLUGIN */
  readonly load: Loader
  /** Data for the user. */
  print?(line: string): void
  /** Talk for the user. */
  log?(message: string): void
}
export type OpenSpace = (options: OpenOptions) => Promise<Space> | Space

const closeAll = async (spaces: readonly Space[]): Promise<void> => {
  const outcomes = await Promise.allSettled(spaces.map((space) => space.close()))
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed) throw failed.reason
}

/** Spaces that are open already. Closing the source closes them. */
export const readySpaces = (spaces: readonly Space[]): SpaceSource => ({
  names: () => spaces.map((space) => space.name),
  open: async () => ({ spaces, failed: [] }),
  close: () => closeAll(spaces),
})

/** Loads FEs for spaces: the module's default export, which must be the function asked for. */
export const elementLoader =
  (registry: Registry): Loader =>
  async (module, fn) => {
    const element = (await registry.load(module))['default']
    if (isFE(element) && element.meta.name === fn) return element
    const what = isFE(element) ? `provides (${element.meta.name})` : 'exports no functional element as default'
    throw new StreamlineError('SL_PLUGIN', `${module} ${what}, not (${fn})`, {
      hint: 'its streamline.json is out of date: build the package again',
    })
  }

/** The spaces that packages of the registry offer, each opened when a request first could use it. */
export const offeredSpaces = (
  registry: Registry,
  options: { spaces?: readonly string[] } & Pick<OpenOptions, 'print' | 'log'> = {},
): SpaceSource => {
  const only = options.spaces && new Set(options.spaces)
  const offered = registry.spaces().filter((space) => !only || only.has(space.name))
  const opened = new Map<string, Promise<Space>>()
  const openOne = async (name: string, url: string): Promise<Space> => {
    const open = (await registry.load(url))['default'] as OpenSpace | undefined
    if (typeof open !== 'function')
      throw new StreamlineError('SL_PLUGIN', `${url} does not export how to open space '${name}'`)
    return open({ name, load: elementLoader(registry), print: options.print, log: options.log })
  }
  return {
    names: () => offered.map((space) => space.name),
    async open({ targets, pins }) {
      const wanted = offered.filter(
        ({ name, targets: runs, pinned }) => pins.has(name) || (!pinned && runs.some((label) => targets.has(label))),
      )
      const spaces: Space[] = []
      const failed: { space: string; error: unknown }[] = []
      for (const { name, url } of wanted) {
        try {
          const opening = opened.get(name) ?? openOne(name, url)
          opened.set(name, opening)
          spaces.push(await opening)
        } catch (error) {
          // Not remembered, so that the next request tries again.
          opened.delete(name)
          failed.push({ space: name, error })
        }
      }
      return { spaces, failed }
    },
    async close() {
      const outcomes = await Promise.allSettled(opened.values())
      opened.clear()
      await closeAll(outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])))
    },
  }
}
