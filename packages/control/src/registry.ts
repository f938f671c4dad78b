import {
  asError,
  type Manifest,
  type ManifestFunction,
  type Provided,
  type Registry,
  type RegistryPackage,
  StreamlineError,
} from '@netstreamline/core'

/** A package for a registry. A broken one has no manifest. */
export interface Entry {
  readonly about: RegistryPackage
  readonly manifest?: Manifest
  /** Where a module of the package is, by its path in the manifest. */
  url(module: string): string
  load(module: string): Promise<Record<string, unknown>> | Record<string, unknown>
}

interface Module {
  readonly package: string
  load(): Promise<Record<string, unknown>> | Record<string, unknown>
}

/** Puts a package's name and the module's URL to what it provides, and notes how the module is loaded. */
const provide = <T extends { readonly module: string }>(
  { about, url, load }: Entry,
  items: readonly T[] | undefined,
  modules: Map<string, Module>,
): Provided<T>[] =>
  (items ?? []).map((item) => {
    const at = url(item.module)
    modules.set(at, { package: about.name, load: () => load(item.module) })
    return { ...item, package: about.name, url: at }
  })

/** The registry of these packages. Loads only modules that a manifest names. */
export const createRegistry = (entries: readonly Entry[]): Registry => {
  const modules = new Map<string, Module>()
  const of = (entry: Entry) => entry.manifest
  const functions = entries.flatMap((e) => provide(e, of(e)?.functions, modules))
  const translators = entries.flatMap((e) => provide(e, of(e)?.translators, modules))
  const spaces = entries.flatMap((e) => provide(e, of(e)?.spaces, modules))
  const byName = new Map<string, Provided<ManifestFunction>[]>()
  for (const fn of functions) {
    for (const name of new Set([fn.name, ...(fn.aliases ?? [])])) byName.set(name, [...(byName.get(name) ?? []), fn])
  }
  return {
    packages: entries.map(({ about }) => about),
    functions: (name) => (name === undefined ? functions : (byName.get(name) ?? [])),
    translators: (from) => (from === undefined ? translators : translators.filter((t) => t.from === from)),
    spaces: () => spaces,
    async load(url) {
      const module = modules.get(url)
      if (!module) {
        throw new StreamlineError('SL_PLUGIN', `no package here provides ${url}`, { url })
      }
      try {
        return await module.load()
      } catch (e) {
        const { message, detail } = asError(e)
        throw new StreamlineError(
          'SL_PLUGIN',
          `${module.package} does not load: ${message}`,
          {
            ...detail,
            url,
            package: module.package,
            hint: `install ${module.package} again, or ask its author`,
          },
          e,
        )
      }
    },
  }
}
