import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { asError, type ErrorCode, errorCodes, isStreamlineError, StreamlineError } from './errors.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const page = readFileSync(join(root, 'docs/reference/errors.md'), 'utf8')
const codes = Object.keys(errorCodes).sort()

/** Sections of the page by the code in their heading. */
const sections = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((text): [string, string] => [/^\S+/.exec(text)![0], text.replace(/^.*\n/, '').split(/^## /m)[0]!.trim()]),
)

const sources = (): string[] =>
  readdirSync(join(root, 'packages')).flatMap((name) => {
    const directory = join(root, 'packages', name, 'src')
    const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
    return files
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.includes('testing'))
      .map((file) => readFileSync(join(directory, file), 'utf8'))
  })

/** Nothing throws these yet: a package that they are about is listed with the reason instead. */
const reserved = ['SL_ABI', 'SL_MANIFEST']

describe('codes of errors', () => {
  it('each have one section in docs/reference/errors.md, and no section is about another', () => {
    expect([...sections.keys()].sort()).toEqual(codes)
    expect(page.match(/^### /gm)).toHaveLength(codes.length)
    for (const [code, text] of sections) expect([code, text.length > 100]).toEqual([code, true])
  })

  it('have the exit codes that the table on the page gives', () => {
    const rows = [...page.matchAll(/^\| (\d+) \| .* \| (.*) \|$/gm)]
    const listed = (code: string) =>
      rows.find(([, , names]) =>
        [...names!.matchAll(/`(SL_\w+)(…?)`/g)].some(([, name, more]) =>
          more ? code.startsWith(name!) : code === name,
        ),
      )
    for (const code of codes)
      expect([code, Number(listed(code)?.[1] ?? 1)]).toEqual([code, errorCodes[code as ErrorCode]])
  })

  it('are all in use, and no other is', () => {
    const used = new Set(
      sources().flatMap((text) => [...text.matchAll(/['"](SL_[A-Z_]+)['"]/g)].map(([, code]) => code!)),
    )
    expect([...used].filter((code) => !codes.includes(code))).toEqual([])
    expect(codes.filter((code) => !used.has(code))).toEqual(reserved)
  })
})

describe('StreamlineError', () => {
  const error = new StreamlineError('SL_PERMISSION', 'not allowed', { hint: 'ask', path: 'x' })
  it('has exit code and hint, and crosses as JSON', () => {
    expect([error.exitCode, error.hint, new StreamlineError('SL_IO', '').hint]).toEqual([4, 'ask', ''])
    const sent = JSON.parse(JSON.stringify(error))
    expect(sent).toEqual({ code: 'SL_PERMISSION', message: 'not allowed', detail: { hint: 'ask', path: 'x' } })
    expect(asError(sent)).toMatchObject({ ...sent, exitCode: 4 })
  })
  it('is known by its brand, not its class', () => {
    const other = Object.defineProperty(new Error('x'), Symbol.for('netstreamline.error'), { value: true })
    expect([isStreamlineError(error), isStreamlineError(other), isStreamlineError(new Error('x'))]).toEqual([
      true,
      true,
      false,
    ])
    for (const value of [undefined, null, 1, 'SL_IO', {}]) expect(isStreamlineError(value)).toBe(false)
  })
  it('is made of anything thrown', () => {
    expect(asError(error)).toBe(error)
    for (const value of [undefined, null, 7, 'text', {}, new Error('text'), { code: 'toString' }]) {
      expect(asError(value)).toMatchObject({ code: 'SL_INTERNAL', exitCode: 1 })
    }
    expect(asError(new Error('text'), 'SL_IO')).toMatchObject({ code: 'SL_IO', message: 'text' })
  })
})
