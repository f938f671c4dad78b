import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { open } from '@netstreamline/control/node'
import { fe, request } from '@netstreamline/srl'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { material } from './material.js'
import { root } from './support/application.js'
import { execute } from './support/command.js'

const cli = pathToFileURL(join(root, 'packages/cli/package.json')).href
const sample = join(root, 'examples/sample.pcap')
/** Web, mail, DNS, TLS, malformed; of several link types. */
const wanted =
  /WebattackRCE|4KHttpRequests|pcapplusplus__Dns\.|smtp\.pcap|tls_long_cert|http_PPI|mpls-in-vlan|fuzz-2006/
const captures = [sample, ...(material() ?? []).map(([path]) => path).filter((path) => wanted.test(path))]

const rules: readonly { readonly line: string; readonly display: string }[] = [
  { line: '1 get "GET "', display: 'frame contains "GET "' },
  { line: '2 www "|03|www"', display: 'frame contains 03:77:77:77' },
  { line: '3 host "host: " nocase', display: 'frame matches "(?-s)host: "' },
  { line: '4 ok /HTTP\\/1\\.[01] [23]\\d\\d/', display: 'frame matches "(?-i)HTTP/1\\\\.[01] [23]\\\\d\\\\d"' },
  { line: '5 hello /\\x16\\x03[\\x00-\\x03]/', display: 'frame matches "\\\\x16\\\\x03[\\\\x00-\\\\x03]"' },
]

let directory: string
let streamline: Awaited<ReturnType<typeof open>>
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'streamline-pattern-'))
  writeFileSync(join(directory, 'rules.txt'), rules.map(({ line }) => `${line}\n`).join(''))
  streamline = await open({ bundled: [cli], spaces: ['process'] })
})
afterAll(async () => {
  await streamline.close()
  rmSync(directory, { recursive: true, force: true })
})

const hits = (counters: Readonly<Record<string, number>>): number[] =>
  rules.map(({ line }) => {
    const [id, name] = line.split(' ')
    return counters[`hits.${id}.${name}`] ?? 0
  })

describe('(pattern) on captures', () => {
  it('matches in the packets that tshark matches in', async (test) => {
    const { code } = await execute('tshark', ['--version'], directory).catch(() => ({ code: 1 }))
    if (code !== 0) return test.skip('tshark is not installed')
    let found = 0
    for (const path of captures) {
      const pattern = fe('pattern', { rules: join(directory, 'rules.txt') }, { name: 'ids' })
      const { nodes } = await streamline.run(request(fe('pcap', { path }), pattern))
      const mine = hits(nodes.find(({ name }) => name === 'ids')!.counters)
      // A table with frames and bytes for each filter, all in one row.
      const stat = ['io,stat,0', ...rules.map(({ display }) => display)].join()
      const { stdout } = await execute('tshark', ['-n', '-q', '-r', path, '-z', stat], directory)
      const row = /^\|[^|]*<>[^|]*\|(.*)\|$/m.exec(stdout)![1]!.split('|').map(Number)
      const theirs = rules.map((_, n) => row[2 * n])
      expect({ path, hits: mine }).toEqual({ path, hits: theirs })
      found += mine.reduce((sum, n) => sum + n)
    }
    expect(found).toBeGreaterThan(10)
  })

  it('finds in streams what stands in the files that (tcp) writes of them, at the same byte', async () => {
    let found = 0
    for (const [n, path] of captures.entries()) {
      const at = join(directory, String(n))
      const alerts = fe('ids', {
        patterns: ['\\r\\nHost:|20|', 'TP/1.1|20|'],
        regex: '[a-z]{3}: [^\\r\\n]{9}',
        emit: 'json',
      })
      const source = [fe('pcap', { path }), fe('tcp')] as const
      await streamline.run(request(...source, alerts, fe('file', { path: join(at, 'alerts') })))
      await streamline.run(request(...source, fe('file', { path: join(at, '{stream}') })))
      const lines = existsSync(join(at, 'alerts'))
        ? readFileSync(join(at, 'alerts'), 'utf8').split('\n').filter(Boolean)
        : []
      const mine = lines.map((line) => JSON.parse(line)).map(({ stream, rule, byte }) => `${stream} ${rule} ${byte}`)
      const theirs = readdirSync(at)
        .filter((name) => name !== 'alerts')
        .flatMap((stream) => {
          const text = readFileSync(join(at, stream), 'latin1')
          const ends = [/\r\nHost: /, /TP\/1\.1 /, /[a-z]{3}: [^\r\n]{9}/].map((regex) => {
            const match = regex.exec(text)
            return match ? match.index + match[0].length : -1
          })
          return ends.flatMap((end, i) => (end < 0 ? [] : [`${stream} ${i + 1} ${end}`]))
        })
      // Bytes that were lost are not in the files; a pattern across such a place is none.
      const gaps = (await streamline.run(request(...source))).nodes.find((node) => node.function === 'tcp')!.counters[
        'gaps'
      ]
      if (gaps === 0) expect({ path, alerts: mine.sort() }).toEqual({ path, alerts: theirs.sort() })
      found += theirs.length
    }
    expect(found).toBeGreaterThan(10)
  })
})
