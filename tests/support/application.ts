import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { succeed } from './command.js'

export const root = join(import.meta.dirname, '..', '..')

interface Packed {
  readonly name: string
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

/** A plugin whose manifest names a module that is not there. */
const writeBroken = (directory: string): void => {
  mkdirSync(directory)
  const pack = { name: 'streamline-fe-broken', version: '3.2.1', type: 'module', streamline: './streamline.json' }
  const fe = { name: 'broken', summary: 'Is not there.', inputs: ['any'], outputs: ['same'], state: 'none' }
  const functions = [{ ...fe, targets: ['js'], module: './lost.js' }]
  writeFileSync(join(directory, 'package.json'), JSON.stringify(pack))
  writeFileSync(
    join(directory, 'streamline.json'),
    JSON.stringify({ abi: 1, package: pack.name, version: pack.version, functions }),
  )
}

/**
 * Packs all packages of the repository, the example of a third party's and a broken one.
 * @returns by package the tarball's specifier (`file:…`) and the files in it
 */
export const packAll = async (directory: string): Promise<Map<string, { spec: string; files: string[] }>> => {
  const broken = join(directory, 'broken')
  writeBroken(broken)
  const ours = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name))
  const theirs = join(directory, 'fe-package')
  cpSync(join(root, 'examples', 'fe-package'), theirs, { recursive: true })
  const places = [...ours, theirs, broken]
  const out = await succeed('npm', ['pack', '--json', '--pack-destination', directory, ...places], directory)
  const packed = JSON.parse(out) as Packed[]
  return new Map(
    packed.map(({ name, filename, files }) => [
      name,
      { spec: `file:${join(directory, filename)}`, files: files.map((file) => file.path) },
    ]),
  )
}

/** An empty application that depends on these tarballs, and gets them wherever one of them asks for another. */
export const writeApplication = (directory: string, specs: Readonly<Record<string, string>>): void => {
  mkdirSync(directory, { recursive: true })
  const pack = {
    name: 'an-application',
    version: '1.0.0',
    private: true,
    type: 'module',
    dependencies: specs,
    // No registry has the packages: npm, pnpm and Yarn are each told in their way where they lie.
    overrides: specs,
    pnpm: { overrides: specs },
    resolutions: specs,
  }
  writeFileSync(join(directory, 'package.json'), JSON.stringify(pack, null, 2))
  cpSync(join(root, 'examples', 'sample.pcap'), join(directory, 'sample.pcap'))
  cpSync(join(root, 'examples', 'embed', 'app.mjs'), join(directory, 'app.mjs'))
}
