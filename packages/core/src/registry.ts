import type { FunctionalElement } from './element.js'
import type { Manifest, ManifestFunction, ManifestSpace, ManifestTranslator } from './manifest.js'

/** A package that was found. A broken one stays listed, with the reason. */
export interface RegistryPackage {
  readonly name: string
  readonly version: string
  /** Where it lies: a URL, or empty for one that was given in memory. */
  readonly location: string
  readonly broken?: string
  readonly hint?: string
}

/** A function, translator or space with the package that provides it. */
export type Provided<T> = T & { readonly package: string; readonly url: string }

/** What the packages at hand provide, known without running their code. */
export interface Registry {
  readonly packages: readonly RegistryPackage[]
  /** By name or alias; several packages may provide one function. */
  functions(name?: string): readonly Provided<ManifestFunction>[]
  translators(from?: string): readonly Provided<ManifestTranslator>[]
  spaces(): readonly Provided<ManifestSpace>[]
  /** Loads the module at `url` (`Provided.url`). @throws SL_PLUGIN */
  load(url: string): Promise<Record<string, unknown>>
}

/** What a bundled application hands to a static registry: a manifest and how to load its modules. */
export interface StaticPackage {
  readonly manifest: Manifest
  load(module: string): Promise<Record<string, unknown>> | Record<string, unknown>
}

/** Loads the code of an FE in a space. */
export type Loader = (module: string, fn: string) => Promise<FunctionalElement>
