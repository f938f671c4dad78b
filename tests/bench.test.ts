// The benches of rings run through with --quick: every block, byte and message that they move is checked on the other
// side, figures are numbers and plots are drawn. How fast anything was is nobody's concern here.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nativeProblem } from '@netstreamline/rings/node'
import { afterAll, describe, expect, it } from 'vitest'
import * as benches from '../bench/lib/benches.mjs'
import { isMet } from '../bench/lib/figures.mjs'

interface Figure {
  readonly what: string
  readonly value: number
}

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const missing = ['gcc', 'taskset'].find((tool) => spawnSync(tool, ['--version']).error !== undefined)
const problem = nativeProblem() ?? (missing === undefined ? undefined : `there is no ${missing}`)
const suffix = problem === undefined ? '' : ` (skipped: ${problem})`

const directory = mkdtempSync(join(tmpdir(), 'streamline-bench-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const names: string[] = [...benches.namesLike('rings'), 'tcp']

describe.skipIf(problem !== undefined)(`node bench/run.mjs --quick${suffix}`, () => {
  it.each(names)('%s', async (name) => {
    const json = join(directory, `${name}.json`)
    const args = ['bench/run.mjs', '--quick', name, '--json', json, '--plots', join(directory, name)]
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
    // 1: a limit is missed, which --quick cannot tell.
    expect([0, 1], stderr).toContain(status)
    expect(stderr).toBe('')
    const report = JSON.parse(readFileSync(json, 'utf8'))
    const figures: Figure[] = report.benches[name].figures
    expect(figures.length).toBeGreaterThan(1)
    for (const { what, value } of figures) {
      expect(value, what).toSatisfy(Number.isFinite)
      expect(stdout).toContain(what)
    }
    const { plots } = await benches.load(name)
    for (const file of Object.keys(plots?.(report.benches[name]) ?? {})) {
      const svg = join(directory, name, file)
      expect(existsSync(svg), file).toBe(true)
      expect(readFileSync(svg, 'utf8')).not.toMatch(/NaN|undefined|Infinity/)
    }
  })
})

describe('figures', () => {
  it.each([
    [{ value: 2, limit: 2 }, true],
    [{ value: 2.01, limit: 2 }, false],
    [{ value: 8, least: 8, aim: 20 }, true],
    [{ value: 7.9, least: 8 }, false],
    [{ value: 1 }, true],
    [{ value: Number.NaN, limit: 2 }, false],
    [{ value: Number.NaN, least: 2 }, false],
  ])('%o: %o', (figure, met) => {
    expect(isMet(figure)).toBe(met)
  })
})
