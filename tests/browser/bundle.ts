import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Manifest } from '@netstreamline/core'
import { build, type Plugin } from 'esbuild'

const require = createRequire(import.meta.url)

/** Where the manifest of a package lies: by its `exports`, as any bundler would find it. */
const manifestOf = (name: string) => require.resolve(`${name}/streamline.json`)

/**
 * The module `streamline:packages`: what an application hands to a static registry, written out from the manifests.
 * A module of a manifest is imported by the name of its package and its path there.
 */
const packages = (names: readonly string[]): Plugin => ({
  name: 'streamline-packages',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^streamline:packages$/ }, ({ path }) => ({ path, namespace: 'streamline' }))
    onLoad({ filter: /.*/, namespace: 'streamline' }, () => {
      const entries = names.map((name) => {
        const manifest: Manifest = JSON.parse(readFileSync(manifestOf(name), 'utf8'))
        const { functions = [], translators = [], spaces = [] } = manifest
        const modules = new Set([...functions, ...translators, ...spaces].map(({ module }) => module))
        const loaders = [...modules].map((module) => {
          const specifier = JSON.stringify(join(name, module))
          return `${JSON.stringify(module)}: () => import(${specifier})`
        })
        return `entry(await import(${JSON.stringify(`${name}/streamline.json`)}), { ${loaders.join(', ')} })`
      })
      const entry = 'const entry = ({ default: manifest }, modules) => ({ manifest, load: (path) => modules[path]() })'
      return { contents: `${entry}\nexport const packages = [${entries.join(', ')}]`, resolveDir: import.meta.dirname }
    })
  },
})

/** Bundles the page and what it loads into a directory. Fails if anything in it needs Node. */
export const bundle = async (outdir: string, names: readonly string[]): Promise<void> => {
  await build({
    entryPoints: [join(import.meta.dirname, 'page.ts')],
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    plugins: [packages(names)],
    logLevel: 'silent',
  })
}
