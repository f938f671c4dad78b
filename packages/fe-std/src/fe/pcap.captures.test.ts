import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isStreamlineError } from '@netstreamline/core'
import { describe, expect, it } from 'vitest'
import { createContext, drain, instantiate } from '../testing/context.js'
import pcap, { probe } from './pcap.js'

const material = fileURLToPath(new URL('../../../../../shared/material', import.meta.url))
const present = existsSync(join(material, 'expected.json'))

interface Expected {
  packets: number
  caplen_sum: number
  wirelen_sum: number
  packets_sha256: string
  dlt: number
  snaplen: number
  byte_swapped: boolean
  first_ts?: string
  last_ts?: string
  read_error?: string
  open_error?: string
  capinfos_differs?: [packets: number, bytes: number]
  tshark_frames?: number
}

/** All that a source delivers, in the words of the reference. */
const read = async (path: string, limit: number) => {
  const context = createContext({ size: 4 << 20 })
  const source = await instantiate(pcap, { path }, context)
  const digest = createHash('sha256')
  const length = new DataView(new ArrayBuffer(4))
  const seen = { packets: 0, caplen: 0, wirelen: 0, times: [] as string[], kinds: new Set<number>() }
  const fail = (e: unknown): string => (isStreamlineError(e) ? `${e.code} ${e.message}` : String(e))
  let error: string | undefined
  try {
    await source.start?.()
    await drain(
      source,
      (batch) => {
        for (let i = 0; i < batch.count; i++) {
          const n = batch.length[i]!
          length.setUint32(0, n, true)
          digest
            .update(new Uint8Array(length.buffer))
            .update(context.bytes.subarray(batch.offset[i], batch.offset[i]! + n))
          seen.packets++
          seen.caplen += n
          seen.wirelen += batch.wireLength[i]!
          seen.times.push(`${batch.seconds[i]}.${String(batch.nanoseconds[i]).padStart(9, '0')}`)
          seen.kinds.add(batch.kind[i]!)
        }
      },
      limit,
    )
    if (context.failures.length > 0) error = fail(context.failures[0])
  } catch (e) {
    error = fail(e)
  }
  await source.stop?.()
  return { ...seen, digest: digest.digest('hex'), error }
}

/** libpcap refuses these; they are sound, and here each interface has its own type and length. */
const nativeOnly = (e: Expected): boolean => /^an interface has a/.test(e.read_error ?? '')

if (!present) console.warn('SKIPPED: the reference captures are not at ../shared/material')

describe.runIf(present)('reference captures', () => {
  const files: Record<string, { io: Expected }> = present
    ? JSON.parse(readFileSync(join(material, 'expected.json'), 'utf8')).files
    : {}

  for (const [file, { io }] of Object.entries(files)) {
    it(file, async () => {
      const path = join(material, file)
      const gzip = readFileSync(path)
        .subarray(0, 2)
        .equals(Buffer.from([0x1f, 0x8b]))
      const got = await read(path, 7)
      if (io.open_error !== undefined && !gzip) {
        expect(got).toMatchObject({ packets: 0, error: `SL_CAPTURE ${io.open_error}` })
        await expect(probe({ path })).rejects.toMatchObject({ code: 'SL_CAPTURE', message: io.open_error })
        return
      }
      if (gzip) {
        // libpcap reads no gzip: what must hold is that the file is sound to its end.
        expect(got.error).toBeUndefined()
        expect(got.packets).toBeGreaterThan(0)
        return
      }
      if (nativeOnly(io)) {
        expect(got.error).toBeUndefined()
        expect([got.packets, got.wirelen]).toEqual(io.capinfos_differs ?? [0, 0])
        return
      }
      expect(got.error).toBe(io.read_error && `SL_CAPTURE ${io.read_error}`)
      expect(got).toMatchObject({
        packets: io.packets,
        caplen: io.caplen_sum,
        wirelen: io.wirelen_sum,
        digest: io.packets_sha256,
      })
      expect(got.times[0]).toBe(io.first_ts)
      expect(got.times.at(-1)).toBe(io.last_ts)
      if (got.packets > 0) expect([...got.kinds]).toEqual([io.dlt])
      if (io.read_error === undefined || got.packets > 0) {
        const { kinds, snaplen } = await probe({ path })
        expect(kinds).toContain(io.dlt)
        expect(snaplen).toBe(io.snaplen)
      }
    })
  }
})
