import { readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ABI, type Manifest, type RegistryPackage } from '@netstreamline/core'
import type { Entry } from './registry.js'

/** Largest manifest that is read, in bytes. */
const MAX_MANIFEST = 4 << 20

/** What discovery needs of a package.json. Nothing in it can be relied upon. */
export interface PackageJson {
  readonly name?: unknown
  readonly version?: unknown
  readonly streamline?: unknown
  readonly [field: string]: unknown
}

/** A reason for which a plugin is listed as broken, and what to do. */
class Broken extends Error {
  readonly hint: string
  constructor(message: string, hint: string) {
    super(message)
    this.hint = hint
  }
}

const parse = (file: string, hint: string): unknown => {
  let text: string
  try {
    if (statSync(file).size > MAX_MANIFEST) throw new Broken(`${file} is larger than ${MAX_MANIFEST} bytes`, hint)
    text = readFileSync(file, 'utf8')
  } catch (e) {
    if (e instanceof Broken) throw e
    throw new Broken(`cannot read ${file}: ${(e as { code?: string }).code ?? String(e)}`, hint)
  }
  try {
    return JSON.parse(text)
  } catch (e) {
    throw new Broken(`${file} is not JSON: ${(e as Error).message}`, hint)
  }
}

/** The text of the package.json at `file`; undefined if there is none that can be read. */
export const readPackageText = (file: string): string | undefined => {
  try {
    const size = statSync(file, { throwIfNoEntry: false })?.size
    return size === undefined || size > MAX_MANIFEST ? undefined : readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/** A package.json; undefined if the text is no such thing. */
export const asPackageJson = (text: string | undefined): PackageJson | undefined => {
  try {
    const json: unknown = text === undefined ? undefined : JSON.parse(text)
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as PackageJson) : undefined
  } catch {
    return undefined
  }
}

/** A path that a manifest may give: relative, with no way up and no name of a drive or protocol. */
const leadsOut = /\0|\\|:|^\/|(^|\/)\.\.(\/|$)|^(\.\/)*\.?$/

/** A path that stands in a URL as it is, as nearly all do: discovery makes one for each function of each plugin. */
const plain = /^\.(\/[\w-][\w.-]*)+$/

/**
 * What a package's manifest names must be files of that package, links followed. One system call a file: discovery
 * meets every module of every plugin at each start of the command.
 */
const filesOf = (directory: string) => {
  const root = `${realpathSync.native(directory)}${sep}`
  /** @throws Broken when it lies outside or is not there */
  return (path: unknown, what: string, hint: string): string => {
    if (typeof path !== 'string' || leadsOut.test(path))
      throw new Broken(`${what} '${path}' lies outside the package`, hint)
    const file = `${directory}${sep}${path}`
    let real: string
    try {
      real = realpathSync.native(file)
    } catch {
      throw new Broken(`${what} '${path}' is missing`, hint)
    }
    if (!real.startsWith(root)) throw new Broken(`${what} '${path}' links to outside the package`, hint)
    return file
  }
}

/** Says what is wrong with a manifest. Given from outside, so that the validator loads only where it is needed. */
export type Validate = (json: unknown) => string[]

const read = (directory: string, { name, streamline }: PackageJson, validate: Validate | undefined): Manifest => {
  const again = `install ${String(name)} again, or ask its author`
  if (typeof streamline !== 'string')
    throw new Broken('"streamline" in its package.json is not the path of a manifest', again)
  const find = filesOf(directory)
  const json = parse(find(streamline, 'manifest', again), again) as Manifest
  if (typeof json !== 'object' || json === null) throw new Broken('the manifest is not an object', again)
  if (json.abi !== ABI && Number.isInteger(json.abi)) {
    const other = json.abi > ABI ? 'update Streamline, or install an older version of' : 'install a newer version of'
    throw new Broken(`it was made for plugin interface ${json.abi}; this is ${ABI}`, `${other} ${String(name)}`)
  }
  const problems = validate?.(json) ?? []
  if (problems.length) throw new Broken(`its manifest is invalid: ${problems.slice(0, 3).join('; ')}`, again)
  if (json.package !== name) throw new Broken(`its manifest is that of '${json.package}'`, again)
  for (const { module } of [...(json.functions ?? []), ...(json.translators ?? []), ...(json.spaces ?? [])]) {
    find(module, 'module', 'build the package, or install it again')
  }
  return json
}

/**
 * A plugin as an entry of a registry: its manifest, or why it is broken. Reads JSON and looks whether modules are
 * there; runs nothing.
 * @param validate left out for packages whose manifests are known to be valid
 */
export const readPlugin = (directory: string, json: PackageJson, validate?: Validate): Entry => {
  const location = pathToFileURL(`${directory}${sep}`).href
  const url = (module: string) =>
    plain.test(module) ? location + module.slice(2) : pathToFileURL(join(directory, module)).href
  const about: RegistryPackage = {
    name: String(json.name ?? dirname(directory)),
    version: String(json.version ?? ''),
    location,
  }
  const load = (module: string) => import(url(module)) as Promise<Record<string, unknown>>
  try {
    return { about, manifest: read(directory, json, validate), url, load }
  } catch (e) {
    const { message, hint } = e instanceof Broken ? e : new Broken(String(e), '')
    return { about: { ...about, broken: message, hint }, url, load }
  }
}
