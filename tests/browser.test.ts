import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open } from '@netstreamline/control/node'
import { asError } from '@netstreamline/core'
import { parse } from '@netstreamline/srl'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundle } from './browser/bundle.js'
import { absent, visit } from './browser/chromium.js'
import type { Answer, Outcome } from './browser/report.js'
import { type Headers, serve } from './browser/serve.js'
import { root } from './support/application.js'

const names = ['fe-std', 'fe-bpf', 'fe-tcp', 'space-process'].map((name) => `@netstreamline/${name}`)
const capture = join(root, 'examples', 'sample.pcap')

/** The same requests in both; only the path of the capture differs. */
const requests = (path: string): string[] => [
  `(pcap,path=${path}) > (count)`,
  `(pcap,path=${path}) > (bpf,expression="tcp port 80") > (tcp) > (http) > (count)`,
  `(pcap,path=${path}) > ((tcp) > (http) 1> (count,name=requests) | (udp) > (dns) 1> (count,name=addresses))`,
  `(pcap,path=${path}) > (ip) > ((port) 53> (count,name=dns) | (port) !53> (count,name=rest))`,
  `(pcap,path=${path}) > ((bpf,expression="tcp or udp") and not (bpf,expression="port 80")) > (sample,every=3) > (count)`,
  `(pcap,path=${path},loop=3) > (tcp) > (null)`,
  `(pcap,path=${path}.missing) > (count)`,
]

const inNode = async (): Promise<Outcome[]> => {
  const streamline = await open({ root, bundled: [join(root, 'packages/cli/package.json')] })
  const outcomes: Outcome[] = []
  for (const text of requests(capture)) {
    try {
      const { nodes, edges } = await streamline.run(parse(text))
      outcomes.push({ nodes, edges })
    } catch (error) {
      outcomes.push({ error: asError(error).code })
    }
  }
  await streamline.close()
  return outcomes
}

let directory: string
let expected: Outcome[]
const why = absent()
if (why) console.warn(`skipped: ${why}`)

beforeAll(async () => {
  if (why) return
  directory = mkdtempSync(join(tmpdir(), 'streamline-browser-'))
  await bundle(directory, names)
  expected = await inNode()
})
afterAll(() => {
  if (directory) rmSync(directory, { recursive: true, force: true })
})

const ask = async (headers: Headers): Promise<Answer> => {
  const files = {
    '/sample.pcap': readFileSync(capture),
    '/requests.json': Buffer.from(JSON.stringify(requests('/sample.pcap'))),
  }
  const site = await serve(directory, files, headers)
  try {
    const answer = JSON.parse(await visit(site.url, site.report)) as Answer | { failure: string }
    if ('failure' in answer) throw new Error(`the page failed: ${answer.failure}`)
    return answer
  } finally {
    site.close()
  }
}

const isolation = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }
const strict = {
  'content-security-policy': "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'",
}
const ways = [
  { name: 'isolated from other origins', headers: isolation, isolated: true, generates: true },
  { name: 'not isolated', headers: {}, isolated: false, generates: true },
  { name: 'where code may not be generated', headers: { ...isolation, ...strict }, isolated: true, generates: false },
]

describe.each(ways)('in Chromium, $name', ({ headers, isolated, generates }) => {
  it('requests count what they count in Node', async (test) => {
    if (why) return test.skip(why)
    const answer = await ask(headers)
    // That the page really was what this run is about.
    expect(answer).toMatchObject({ isolated, shared: isolated, generates, broken: [] })
    expect(answer.outcomes).toEqual(expected)
    const functions = names.flatMap((name) => {
      const manifest = readFileSync(join(root, 'packages', name.split('/')[1]!, 'streamline.json'), 'utf8')
      return (JSON.parse(manifest).functions ?? []).map((fn: { name: string }) => fn.name)
    })
    expect([...answer.loaded].sort()).toEqual(functions.sort())
  })
})

describe('what both are held against', () => {
  it('is more than nothing', (test) => {
    if (why) return test.skip(why)
    const counts = expected.map((outcome) =>
      'error' in outcome ? outcome.error : outcome.nodes.filter((n) => n.function === 'count').map((n) => n.blocksIn),
    )
    expect(counts.at(-1)).toBe('SL_NO_FILE')
    for (const count of counts.flat()) expect(count).not.toBe(0)
  })
})
