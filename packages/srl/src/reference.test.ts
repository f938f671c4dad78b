import type { Request } from '@netstreamline/core'
import { expect, test } from 'vitest'
import { parse } from './index.js'

// This package knows no Node types, on purpose; its tests run there all the same.
declare const process: { getBuiltinModule(name: 'node:fs'): { readFileSync(path: string, encoding: 'utf8'): string } }
declare const URL: new (path: string, base: string) => { readonly pathname: string }

const page = process
  .getBuiltinModule('node:fs')
  .readFileSync(
    decodeURIComponent(
      new URL('../../../docs/reference/srl.md', (import.meta as unknown as { url: string }).url).pathname,
    ),
    'utf8',
  )

/** The lines of all blocks of a kind. */
const lines = (kind: string): string[] =>
  [...page.matchAll(/^```(\S*)\n([\s\S]*?)^```$/gm)]
    .filter((m) => m[1] === kind)
    .flatMap((m) => m[2]!.trim().split('\n'))

const graph = ({ vertices, edges, outputs }: Request) => [vertices.map(({ span: _, ...v }) => v), edges, outputs]

test.each(lines('srl'))('the reference: %s', (line) => {
  const [left, right] = line.split(' # = ')
  const request = parse(left!)
  expect(request.vertices.length).toBeGreaterThan(0)
  if (right !== undefined) expect(graph(request)).toEqual(graph(parse(right)))
})

test.each(lines('srl-error'))('the reference, errors: %s', (line) => {
  expect(() => parse(line)).toThrow(expect.objectContaining({ code: line.split('# ')[1] }))
})

test('the message shown in the reference is the one given', () => {
  const text = '(bpf,expression=tcp port 80) > (count)'
  expect(() => parse(text)).toThrow(expect.objectContaining({ message: expect.stringMatching(/^line 1, column 21: /) }))
  try {
    parse(text)
  } catch (e) {
    const { message, hint, detail } = e as { message: string; hint: string; detail: { caret: string } }
    expect(page).toContain([message, detail.caret, hint].join('\n'))
  }
  expect.assertions(2)
})
