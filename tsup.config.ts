import { existsSync, readdirSync } from 'node:fs'
import { defineConfig } from 'tsup'

// One configuration for every package (run inside the package's directory). tsup makes JavaScript only;
// declarations come from `tsc -b`. Every file in src/ that a package publishes as an entry is named by
// convention: index.ts, *.entry.ts, src/fe/*.ts (one FE a file, loaded by itself) and src/node.ts.
const entries: Record<string, string> = {}
for (const dir of ['src', 'src/fe', 'src/ir', 'src/translators', 'src/spaces']) {
  if (!existsSync(dir)) continue
  for (const file of readdirSync(dir)) {
    if (!file.endsWith('.ts') || file.endsWith('.test.ts') || file.endsWith('.d.ts')) continue
    const name = file.slice(0, -3)
    const inside = dir.slice(4)
    const isEntry =
      ['fe', 'translators', 'spaces'].includes(inside) ||
      name === 'index' ||
      name === 'node' ||
      /\.(entry|node|web)$/.test(name)
    if (isEntry) entries[(inside ? `${inside}/` : '') + name.replace(/\.entry$/, '')] = `${dir}/${file}`
  }
}

export default defineConfig({
  entry: entries,
  format: ['esm'],
  target: 'es2022',
  platform: 'neutral',
  external: [/^node:/, /^#/],
  splitting: true,
  sourcemap: true,
  clean: false,
  dts: false,
  silent: true,
  // tsup would write 'fs' for 'node:fs', which browsers' bundlers cannot tell from a package.
  removeNodeProtocol: false,
})
