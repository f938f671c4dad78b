// Rings in Chromium: in the page, and between the page and a worker.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { absent, visit } from './browser/chromium.js'
import { type Headers, serve } from './browser/serve.js'

const why = absent()
let directory: string
beforeAll(async () => {
  if (why) return
  directory = mkdtempSync(join(tmpdir(), 'streamline-rings-'))
  const source = (name: string) => join(import.meta.dirname, 'browser', name)
  await build({
    entryPoints: { page: source('rings-page.ts'), worker: source('rings-worker.ts') },
    outdir: directory,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'silent',
  })
})
afterAll(() => {
  if (directory) rmSync(directory, { recursive: true, force: true })
})

const ask = async (headers: Headers): Promise<Record<string, string>> => {
  const site = await serve(directory, {}, headers)
  try {
    return JSON.parse(await visit(site.url, site.report))
  } finally {
    site.close()
  }
}
const isolation = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }

describe('rings in Chromium', () => {
  it('with shared memory: every kind and strategy, in the page and to a worker', async (test) => {
    if (why) return test.skip(why)
    const results = await ask(isolation)
    expect(Object.keys(results)).toHaveLength(24)
    for (const [name, result] of Object.entries(results)) {
      expect([name, result]).toEqual([name, expect.stringMatching(/^(nothing lost|with losses, all counted)$/)])
    }
  })

  it('without shared memory: in the page', async (test) => {
    if (why) return test.skip(why)
    const results = await ask({})
    expect(Object.keys(results)).toHaveLength(12)
    for (const name of Object.keys(results)) expect(results[name]).toMatch(/^(nothing lost|with losses, all counted)$/)
  })
})
