import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { asError, type Block, type Instance, KIND } from '@netstreamline/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import pcap, { type PcapOptions } from '../fe/pcap.js'
import { pcapFile } from '../testing/captures.js'
import { createContext, instantiate } from '../testing/context.js'
import { type Delivered, readCapture } from '../testing/read-capture.js'
import { tempDir } from '../testing/temp.js'

const temp = tempDir()
type Fields = Partial<Block> & { data: Uint8Array }

/** Sends blocks into a sink; answers what it has failed with. */
const write = async (options: PcapOptions, blocks: Fields[]) => {
  const context = createContext({ inputs: 1 })
  let sink: Instance | undefined
  try {
    sink = await instantiate(pcap, options, context)
    await sink.start?.()
    for (const { data, ...fields } of blocks) sink.process?.(context.block(data, fields))
    await sink.finish?.()
  } catch (e) {
    context.fail(e)
  }
  await sink?.stop?.()
  return context.failures[0] === undefined ? undefined : asError(context.failures[0])
}

const packet = fc.record({
  data: fc.uint8Array({ maxLength: 300 }),
  seconds: fc.nat(0xffffffff),
  nanoseconds: fc.nat(999_999_999),
  extra: fc.nat(2000),
  kind: fc.constantFrom(1, 12, 113, 276),
})

describe('pcap sink', () => {
  for (const name of ['out.pcap', 'out.pcapng'])
    it(`writes to ${name} what a source reads again, to the nanosecond`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(packet, { maxLength: 20 }), async (list) => {
          const one = name.endsWith('ng') ? undefined : list[0]?.kind
          const blocks = list.map(({ extra, ...p }) => ({
            ...p,
            kind: one ?? p.kind,
            wireLength: p.data.length + extra,
          }))
          const path = temp.path(name)
          expect(await write({ path }, blocks)).toBeUndefined()
          const { packets, error } = await readCapture({ path }, 7, 8 << 20)
          expect(error).toBeUndefined()
          const bare = ({ position, wire, ...p }: Delivered) => ({ ...p, wireLength: wire })
          expect(packets.map(bare)).toEqual(blocks)
        }),
        { numRuns: 60 },
      )
    })

  it('keeps times that are out of range where the format can', async () => {
    const path = temp.path('odd.pcap')
    await write({ path }, [
      { data: new Uint8Array(1), seconds: 5, nanoseconds: 1_882_137_472 },
      { data: new Uint8Array(1), seconds: 5, nanoseconds: 1_159_821_166_000 },
    ])
    expect((await readCapture({ path })).packets).toMatchObject([
      { seconds: 5, nanoseconds: 1_882_137_472 },
      { seconds: 1164, nanoseconds: 821_166_000 },
    ])
    const tooLate = await write({ path }, [{ data: new Uint8Array(1), seconds: 2 ** 32 }])
    expect(tooLate).toMatchObject({ code: 'SL_CAPTURE' })
    const next = temp.path('late.pcapng')
    expect(await write({ path: next }, [{ data: new Uint8Array(1), seconds: 2 ** 33, nanoseconds: 1 }])).toBeUndefined()
    expect((await readCapture({ path: next })).packets).toMatchObject([{ seconds: 2 ** 33, nanoseconds: 1 }])
  })

  it('writes a header for an empty capture, of the link type asked for', async () => {
    const path = temp.path('empty.pcap')
    expect(await write({ path, linktype: 'RAW' }, [])).toBeUndefined()
    const header = readFileSync(path)
    expect([header.length, header.readUInt32LE(0), header.readUInt32LE(20)]).toEqual([24, 0xa1b23c4d, 101])
    expect(await write({ path, linktype: 'WARP' }, [])).toMatchObject({ code: 'SL_OPTION' })
  })

  it('writes IP packets as raw IP, their length from their header', async () => {
    const path = temp.path('ip.pcap')
    const ip = Uint8Array.from([0x45, 0, 0, 60, ...new Array(16).fill(0)])
    await write({ path }, [{ data: ip, kind: KIND.ip, wireLength: 74 }])
    expect((await readCapture({ path })).packets).toMatchObject([{ kind: 12, wire: 60, data: ip }])
  })

  it('refuses what a capture cannot hold', async () => {
    const data = new Uint8Array(4)
    expect(await write({ path: temp.path('k.pcap') }, [{ data, kind: KIND.message }])).toMatchObject({
      code: 'SL_KIND',
    })
    const mixed = temp.path('mixed.pcap')
    expect(await write({ path: mixed }, [{ data }, { data, kind: 113 }])).toMatchObject({
      code: 'SL_KIND',
      detail: { hint: expect.stringContaining('pcapng') },
    })
    // What came before is there.
    expect((await readCapture({ path: mixed })).packets).toHaveLength(1)
  })

  it('cuts to the snapshot length and tells', async () => {
    const path = temp.path('short.pcapng')
    await write({ path, snaplen: 10 }, [{ data: new Uint8Array(33) }])
    expect((await readCapture({ path })).packets).toMatchObject([{ wire: 33, data: new Uint8Array(10) }])
  })

  it('leaves a file as it was when nothing has come to its end', async () => {
    const path = temp.file('kept', 'precious')
    const context = createContext({ inputs: 1 })
    const sink = await instantiate(pcap, { path }, context)
    await sink.start?.()
    await sink.stop?.()
    expect(readFileSync(path, 'utf8')).toBe('precious')
    const fresh = temp.path('fresh.pcap')
    const other = await instantiate(pcap, { path: fresh }, context)
    await other.start?.()
    expect(existsSync(fresh)).toBe(true)
    await other.stop?.()
    expect(existsSync(fresh)).toBe(false)
  })

  it('does not destroy the file that it reads', async () => {
    const content = pcapFile([{ seconds: 1, fraction: 1, data: new Uint8Array(9) }])
    const path = temp.file('same.pcap', content)
    const source = await instantiate(pcap, { path }, createContext())
    const sink = await instantiate(pcap, { path }, createContext({ inputs: 1 }))
    await sink.start?.()
    await expect(source.start?.()).rejects.toMatchObject({ code: 'SL_USAGE' })
    await sink.stop?.()
    await source.start?.()
    await expect(sink.start?.()).rejects.toMatchObject({ code: 'SL_USAGE' })
    await source.stop?.()
    expect(readFileSync(path).equals(content)).toBe(true)
  })

  it('reports a full disk and a missing permission', async () => {
    const data = new Uint8Array(1000)
    expect(await write({ path: '/dev/full' }, [{ data }])).toMatchObject({ code: 'SL_DISK_FULL' })
    expect(await write({ path: temp.path('') }, [{ data }])).toMatchObject({ code: 'SL_IS_DIRECTORY' })
  })

  it('reads standard input twice, for the probe and the run, and writes standard output', () => {
    const content = pcapFile([
      { seconds: 1, fraction: 1, data: new Uint8Array(9) },
      { seconds: 2, fraction: 1, data: new Uint8Array(70_000) },
    ])
    const script = `
      import pcap, { probe } from '${new URL('../../dist/fe/pcap.js', import.meta.url)}'
      const bytes = new Uint8Array(1 << 22)
      let top = 0
      const alloc = (n) => ({ id: 1, base: (top += n) - n, size: n, reclaim() {}, free() {} })
      const fail = (e) => { throw e }
      const about = await probe({ path: '-' })
      if (about.kinds[0] !== 1 || about.snaplen !== 262144) throw new Error('probe')
      const source = await pcap.create({ path: '-' }, { inputs: 0, bytes, alloc, fail })
      const sink = await pcap.create({ path: '-' }, { inputs: 1, bytes, fail })
      await sink.start()
      await source.start()
      const array = () => new Float64Array(4)
      const batch = { limit: 4, count: 0, offset: array(), length: array(), kind: array(), wireLength: array(),
        seconds: array(), nanoseconds: array(), position: array() }
      while (!batch.end) {
        batch.count = 0
        await source.pull(batch)
        for (let i = 0; i < batch.count; i++) sink.process({ bytes, flags: 0, offset: batch.offset[i],
          length: batch.length[i], kind: 1, wireLength: 0, seconds: batch.seconds[i], nanoseconds: batch.nanoseconds[i] })
      }
      await source.stop()
      await sink.finish()
      await sink.stop()`
    const file = temp.file('stdin.mjs', script)
    const input = temp.file('stdin.pcap', content)
    const piped = spawnSync(process.execPath, [file], { input: content })
    expect(piped.stderr.toString()).toBe('')
    // Nanoseconds and little endian: the same but for the magic number and the unit.
    const out = temp.path('stdout.pcap')
    writeFileSync(out, piped.stdout)
    const redirected = execFileSync('sh', ['-c', `"${process.execPath}" "${file}" < "${input}"`])
    expect(redirected.equals(piped.stdout)).toBe(true)
    return readCapture({ path: out }).then(({ packets, error }) => {
      expect(error).toBeUndefined()
      expect(packets.map((p) => [p.seconds, p.nanoseconds, p.data.length])).toEqual([
        [1, 1000, 9],
        [2, 1000, 70_000],
      ])
    })
  })
})
