/** Number of the plugin interface; compared before any code of a plugin loads. */
export const ABI = 1

/** The part of JSON Schema that options use. `x-unit: "size"` lets text say 64k, 2M, 1G. */
export interface OptionSchema {
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'array'
  readonly description: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly items?: { readonly type: 'string' | 'integer' | 'number' }
  readonly examples?: readonly unknown[]
  readonly [extension: `x-${string}`]: unknown
}

/** Options of a function, as JSON Schema; unknown options are always refused. */
export interface OptionsSchema {
  readonly properties: Readonly<Record<string, OptionSchema>>
  readonly required?: readonly string[]
  /** At least one of these sets is present. */
  readonly anyOf?: readonly { readonly required: readonly string[] }[]
}

/** What a functional element declares. Plain JSON: listing and planning run no plugin code. */
export interface FunctionMeta {
  readonly name: string
  readonly aliases?: readonly string[]
  /** One sentence. */
  readonly summary: string
  /** Markdown, for the generated page. */
  readonly description?: string
  /** Kinds that a window may have: names of {@link KIND}, `link`, `any`. Empty for a pure source. */
  readonly inputs: readonly string[]
  /** Kinds handed on; `same` = as it came. Empty for a sink that hands on nothing. */
  readonly outputs: readonly string[]
  /** It can stand first (source) or last (sink). */
  readonly role?: readonly ('source' | 'sink' | 'filter')[]
  readonly options?: OptionsSchema
  /** Meaning of classifier values. */
  readonly classifier?: string
  /** none: a function of the block; flow: per stream; global: over all blocks. Decides sharing (§4). */
  readonly state: 'none' | 'flow' | 'global'
  /** Spaces' target labels that it can run in, e.g. `js`. */
  readonly targets: readonly string[]
  /** Requests in SRL that show it; tests run them. */
  readonly examples?: readonly string[]
  /** The module also exports `probe` (see `Probe`), which planning runs because what follows depends on it. */
  readonly probe?: boolean
  /** Instances attach to nothing and nothing attaches to them (sources and sinks with effects). */
  readonly unshared?: boolean
}

/** A function in a manifest: its declaration and the module that holds it. */
export interface ManifestFunction extends FunctionMeta {
  /** Path in the package, exporting the FE as default. */
  readonly module: string
}

/** A translator in a manifest: `(from, options) → (to, options′)` (§3.1, §7.1). */
export interface ManifestTranslator {
  readonly from: string
  readonly to: string
  readonly targets: readonly string[]
  readonly summary: string
  readonly module: string
}

/** A space in a manifest. */
export interface ManifestSpace {
  readonly name: string
  /** Opened, and thus considered, only for requests that pin a vertex to it (`space=`). */
  readonly pinned?: boolean
  readonly depth: number
  readonly targets: readonly string[]
  readonly summary: string
  readonly module: string
}

/** `streamline.json` of a package. */
export interface Manifest {
  readonly abi: number
  readonly package: string
  readonly version: string
  readonly functions?: readonly ManifestFunction[]
  readonly translators?: readonly ManifestTranslator[]
  readonly spaces?: readonly ManifestSpace[]
}
