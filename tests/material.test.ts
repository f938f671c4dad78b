import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { open, resultOf } from '@netstreamline/control/node'
import { isStreamlineError } from '@netstreamline/core'
import { fe, request } from '@netstreamline/srl'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { material } from './material.js'

const files = material()
const cli = pathToFileURL(join(import.meta.dirname, '..', 'packages', 'cli', 'package.json')).href

/** libpcap refuses files whose interfaces differ; the pcap FE reads them. */
const mixed = (readError = '') => readError.includes('an interface has a')

// The whole way of an application: published entry points, plan, fused datapath.
describe.skipIf(!files)('requests on the reference captures', () => {
  let streamline: Awaited<ReturnType<typeof open>>
  beforeAll(async () => {
    streamline = await open({ bundled: [cli], spaces: ['process'] })
  })
  afterAll(() => streamline.close())

  const attempt = async (r: Parameters<typeof streamline.run>[0]) => {
    try {
      return { result: await streamline.run(r) }
    } catch (error) {
      if (!isStreamlineError(error)) throw error
      return { error, result: resultOf(error) }
    }
  }
  const received = (result: Awaited<ReturnType<typeof attempt>>['result'], name: string) =>
    result?.nodes.find((n) => n.function === name)

  it('count what libpcap counts, up to where a capture is broken', async () => {
    const wrong: string[] = []
    for (const [path, { io }] of files!) {
      // libpcap opens no compressed files and refuses mixed interfaces, where we do better.
      if (io.open_error || mixed(io.read_error)) continue
      const { result, error } = await attempt(request(fe('pcap', { path }), fe('count')))
      const count = received(result, 'count')
      if (count?.blocksIn !== io.packets || count.bytesIn !== io.caplen_sum)
        wrong.push(`${path}: ${count?.blocksIn} of ${io.packets}`)
      if (Boolean(error) !== Boolean(io.read_error) || (error && error.code !== 'SL_CAPTURE'))
        wrong.push(`${path}: ${error?.message}`)
    }
    expect(wrong).toEqual([])
  })

  it('write the TCP streams that tshark finds', async () => {
    const wrong: string[] = []
    let right = 0
    for (const [path, { tcp = [] }] of files!) {
      if (tcp.length === 0) continue
      const dir = mkdtempSync(join(tmpdir(), 'streamline-'))
      await attempt(request(fe('pcap', { path }), fe('tcp'), fe('file', { path: `${dir}/{stream}` })))
      for (const { stream, client_to_server, server_to_client } of tcp) {
        for (const [side, wanted] of [client_to_server, server_to_client].entries()) {
          const file = join(dir, String(2 * stream + side))
          const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0)
          const digest = createHash('sha256').update(bytes).digest('hex')
          if (bytes.length === wanted.bytes && (wanted.bytes === 0 || digest === wanted.sha256)) right++
          else wrong.push(`${path} stream ${stream}: ${bytes.length} of ${wanted.bytes} bytes`)
        }
      }
      rmSync(dir, { recursive: true })
    }
    expect(wrong).toEqual([])
    expect(right).toBeGreaterThan(0)
  })

  it('pass the packets that tcpdump passes, or refuse what it refuses', async () => {
    const readable = files!.filter(([, { io }]) => !mixed(io.read_error))
    const all = readable.flatMap(([path, { filters = {} }]) =>
      Object.entries(filters).map(([e, wanted]) => [path, e, wanted] as const),
    )
    const wrong: string[] = []
    // Every 16th: the compiler's own tests check all of them.
    for (let i = 0; i < all.length; i += 16) {
      const [path, expression, wanted] = all[i]!
      const { result, error } = await attempt(request(fe('pcap', { path }), fe('bpf', { expression }), fe('count')))
      const got = received(result, 'count')?.blocksIn
      // A link type that does not exist is refused before the filter sees it.
      const refused = error?.code === 'SL_FILTER' || error?.code === 'SL_KIND'
      if (typeof wanted === 'number' ? got !== wanted : !refused)
        wrong.push(`${path} ${expression}: ${got ?? error?.message}, not ${JSON.stringify(wanted)}`)
    }
    expect(wrong).toEqual([])
  })
})
