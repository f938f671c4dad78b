// What the documents say works: requests in `srl` blocks run, files in `file=…` blocks are written beside them, commands
// in `sh runnable` blocks succeed (or fail with the exit code that `fails=` states), all in the order of the page, in a
// directory that has sample.pcap. So do the examples of every function in the manifests.
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { open } from '@netstreamline/control/node'
import type { Manifest } from '@netstreamline/core'
import { nativeProblem } from '@netstreamline/rings/node'
import { parse } from '@netstreamline/srl'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

/** What needs rings between processes is skipped where their native part could not be built, and says why. */
const problem = nativeProblem()
const without = (needs: boolean): string => (needs && problem !== undefined ? ` (skipped: ${problem})` : '')

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const command = join(root, 'packages/cli/package.json')
/** Its requests are about the language, not about functions: the tests of packages/srl parse them. */
const elsewhere = new Set(['docs/reference/srl.md'])

interface Block {
  readonly language: string
  readonly about: string
  readonly text: string
  readonly line: number
}

const blocksOf = (page: string): Block[] => {
  const blocks: Block[] = []
  const lines = readFileSync(join(root, page), 'utf8').split('\n')
  for (let at = 0; at < lines.length; at++) {
    const [, language, about] = /^```(\S+) ?(.*)$/.exec(lines[at]!) ?? []
    if (language === undefined) continue
    const end = lines.indexOf('```', at + 1)
    blocks.push({ language, about: about!, text: lines.slice(at + 1, end).join('\n'), line: at + 1 })
    at = end
  }
  return blocks
}

const pages = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md']
for (const name of readdirSync(join(root, 'docs'), { recursive: true }) as string[]) {
  const page = join('docs', name)
  if (name.endsWith('.md') && !name.startsWith('api') && !elsewhere.has(page)) pages.push(page)
}

/** The requests of an `srl` block: one each line; what is indented or inside brackets goes on. */
const requestsOf = (text: string): string[] => {
  const found: string[] = []
  for (const line of text.split('\n')) {
    if (!line.trim()) continue
    if (/^\s/.test(line) || /[>|]\s*$/.test(found.at(-1) ?? '')) found[found.length - 1] += `\n${line}`
    else found.push(line)
  }
  return found
}

let work: string
const home = process.cwd()
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'streamline-docs-'))
  mkdirSync(join(work, 'bin'))
  symlinkSync(join(root, 'packages/cli/bin/streamline.js'), join(work, 'bin/streamline'))
})
afterAll(() => {
  process.chdir(home)
  rmSync(work, { recursive: true, force: true })
})

const declare = (file: string, dependencies: object) =>
  writeFileSync(file, JSON.stringify({ name: 'docs', private: true, type: 'module', dependencies }))

let count = 0
beforeEach(() => {
  const here = join(work, String(++count))
  mkdirSync(join(here, 'node_modules'), { recursive: true })
  symlinkSync(join(root, 'node_modules/@netstreamline'), join(here, 'node_modules/@netstreamline'), 'dir')
  copyFileSync(join(root, 'examples/sample.pcap'), join(here, 'sample.pcap'))
  declare(join(here, 'package.json'), JSON.parse(readFileSync(command, 'utf8')).dependencies)
  process.chdir(here)
})

const runRequest = async (text: string) => {
  const streamline = await open({ bundled: [command], print: () => {} })
  try {
    const { nodes } = await streamline.run(parse(text))
    expect(nodes[0]!.blocksOut, `${text} reads something`).toBeGreaterThan(0)
  } finally {
    await streamline.close()
  }
}

const write = (path: string, text: string) => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${text}\n`)
  // A package that a page makes is installed by npm as a link.
  const package_ = /^([\w-]+)\/package\.json$/.exec(path)?.[1]
  if (package_) symlinkSync(join(process.cwd(), package_), join('node_modules', package_), 'dir')
}

const runShell = (text: string, fails: number) => {
  // Commands that a test runner sets must not leak into the tests that a page runs.
  const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: __, ...env } = process.env
  const { status, stderr, stdout } = spawnSync('sh', ['-ec', text], {
    encoding: 'utf8',
    env: { ...env, PATH: `${join(work, 'bin')}${delimiter}${env.PATH}` },
  })
  expect(status, `${text}\n${stdout}${stderr}`).toBe(fails)
}

describe('the documents', () => {
  for (const page of pages) {
    const steps = blocksOf(page).filter(
      ({ language, about }) => language === 'srl' || about.startsWith('file=') || about.startsWith('runnable'),
    )
    if (steps.length === 0) continue
    const skipped = without(/(guide\/rings|functions\/ring)\.md$/.test(page))
    it.skipIf(skipped !== '')(`${page} (${steps.length} examples)${skipped}`, async () => {
      for (const { language, about, text, line } of steps) {
        try {
          if (language === 'srl') for (const request of requestsOf(text)) await runRequest(request)
          else if (about.startsWith('file=')) write(about.slice(5), text)
          else runShell(text, Number(/fails=(\d+)/.exec(about)?.[1] ?? 0))
        } catch (e) {
          throw new Error(`${page}:${line}: ${(e as Error).message}`, { cause: e })
        }
      }
    })
  }
  it('are all there, with examples', () => {
    const guides = pages.filter((page) => page.startsWith(join('docs', 'guide')))
    expect(guides.length).toBeGreaterThanOrEqual(3)
    for (const page of guides) expect(blocksOf(page).length, page).toBeGreaterThan(0)
  })
  it('have links that lead somewhere', () => {
    for (const page of [...pages, ...elsewhere]) {
      const text = readFileSync(join(root, page), 'utf8').replace(/```[\s\S]*?```/g, '')
      for (const [, target] of text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)) {
        expect(() => readdirOrRead(join(root, dirname(page), target!)), `${page} links to ${target}`).not.toThrow()
      }
    }
  })
})

const readdirOrRead = (path: string): void => {
  try {
    readFileSync(path)
  } catch {
    readdirSync(path)
  }
}

describe('the examples in manifests', () => {
  for (const name of readdirSync(join(root, 'packages'))) {
    let manifest: Manifest
    try {
      manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'streamline.json'), 'utf8'))
    } catch {
      continue
    }
    for (const fn of manifest.functions ?? []) {
      const skipped = without(fn.name === 'ring')
      for (const example of fn.examples ?? [])
        it.skipIf(skipped !== '')(`${fn.name}: ${example}${skipped}`, () => runRequest(example))
    }
  }
})
