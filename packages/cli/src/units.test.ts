import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bytes, count, cut, seconds, short, wrap } from './format.js'
import { createOutput } from './output.js'
import { milliseconds } from './run/duration.js'
import { timeTree } from './run/explain.js'
import { progressLine } from './run/progress.js'
import { table } from './table.js'
import { safe } from './terminal.js'

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['10s', 10_000],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
    ['3', 3000],
    ['0', 0],
  ])('%s', (text, ms) => expect(milliseconds(text)).toBe(ms))
  it.each(['', 's', '-1s', '1e3s', '10 s', '1d', '25d', '600h', '99999999999', '1.s', 'NaN', '10S'])(
    '%j is none',
    (text) => {
      expect(() => milliseconds(text)).toThrow(expect.objectContaining({ code: 'SL_USAGE' }))
    },
  )
})

describe('numbers for people', () => {
  it('are short and exact where they say so', () => {
    expect([0, 999, 1000, 1_234_567, 1.5, -1000].map(count)).toEqual([
      '0',
      '999',
      '1,000',
      '1,234,567',
      '1.5',
      '-1,000',
    ])
    expect([0, 999, 1000, 99_949, 123_456, 4.2e12].map(bytes)).toEqual([
      '0 B',
      '999 B',
      '1.0 kB',
      '99.9 kB',
      '123 kB',
      '4.2 TB',
    ])
    expect([5, 1500, 2e9].map(short)).toEqual(['5', '1.5 k', '2.0 G'])
    expect([0.0005, 0.25, 1, 59.94, 245, 7384].map(seconds)).toEqual([
      '0.5 ms',
      '250 ms',
      '1.0 s',
      '59.9 s',
      '4:05 min',
      '2:03:04 h',
    ])
  })
  it('fit into lines and columns', () => {
    expect(wrap('aa bb cc dddddd'.split(' '), 5)).toEqual(['aa bb', 'cc', 'dddddd'])
    expect([cut('abc', 3), cut('abcd', 3)]).toEqual(['abc', 'ab…'])
    expect(
      table(
        [
          ['a', '1'],
          ['bbb', '10'],
        ],
        ['<', '>'],
      ),
    ).toEqual(['a     1', 'bbb  10'])
  })
})

describe('progress', () => {
  const at = (past: number, read: number, total?: number) =>
    progressLine({ seconds: past, blocks: 10, bytes: read, total }, 100)
  it('shows part, rate and what is left', () => {
    expect(at(2, 50e6, 100e6)).toBe(
      `[${'#'.repeat(12)}${'-'.repeat(12)}] 50 %  50.0 MB of 100 MB  10 blocks  25.0 MB/s  2.0 s left`,
    )
  })
  it('claims no end that it does not know', () => {
    expect(at(2, 50e6)).toBe('50.0 MB in 2.0 s  10 blocks  25.0 MB/s')
    expect(at(2, 50e6, 40e6)).not.toContain('left')
    expect(at(0, 0, 0)).not.toMatch(/NaN|Infinity/)
    expect(progressLine({ seconds: 1e9, blocks: 1e15, bytes: 1, total: 1e18 }, 60).length).toBeLessThan(60)
  })
})

it('the time tree groups the steps and adds them up', () => {
  const entries = [
    { step: 'probe', ms: 1, text: 'found', vertex: 'a' },
    { step: 'probe', ms: 2, text: 'found', vertex: 'b' },
    { step: 'select', ms: 0.5, text: 'done' },
  ]
  expect(
    timeTree([
      { name: 'parse', ms: 1 },
      { name: 'plan', ms: 4, entries },
    ]),
  ).toEqual([
    'parse (1.00 ms)',
    'plan (4.00 ms)',
    '├─ probe  (3.00 ms)',
    '│  ├─ a: found  (1.00 ms)',
    '│  └─ b: found  (2.00 ms)',
    '└─ select  done  (0.50 ms)',
  ])
})

it('control characters, and what turns the reading direction, become visible', () => {
  expect(safe('a\x1b[31m\r\x7f\u202e\tb\n')).toBe('a␛[31m␍␡\ufffd\tb\n')
})

describe('standard output', () => {
  it('keeps order over large and small pieces, and drops nothing', () => {
    const directory = mkdtempSync(join(tmpdir(), 'streamline-out-'))
    const fd = openSync(join(directory, 'out'), 'w')
    const out = createOutput(fd)
    let expected = ''
    for (let i = 0; i < 2000; i++) {
      const piece = `${i} ${'ä'.repeat((i * 37) % 400)}\n`
      expected += piece
      out.write(piece)
    }
    out.flush()
    closeSync(fd)
    expect(readFileSync(join(directory, 'out'), 'utf8')).toBe(expected)
    rmSync(directory, { recursive: true })
  })
  it('writes a moment later by itself, and tells when that fails', async () => {
    const fd = openSync('/dev/full', 'w')
    const out = createOutput(fd)
    const failed = new Promise<{ code: string }>((resolve) => out.onError(resolve))
    out.write('line\n')
    expect((await failed).code).toBe('SL_DISK_FULL')
    // Nothing can be written any more: said once.
    out.write('more\n')
    out.flush()
    closeSync(fd)
  })
})
