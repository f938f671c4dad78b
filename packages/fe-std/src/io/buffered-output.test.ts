import { StreamlineError } from '@netstreamline/core'
import { describe, expect, it } from 'vitest'
import { createPcapEncoder } from '../capture/encode-pcap.js'
import { createPcapngEncoder } from '../capture/encode-pcapng.js'
import { createContext } from '../testing/context.js'
import { BufferedOutput } from './buffered-output.js'

/** A disk of `room` bytes, which takes at most `step` at a time. */
const disk = (room: number, step = Number.POSITIVE_INFINITY) => {
  let content = Buffer.alloc(0)
  let gate: Promise<void> | undefined
  return {
    get content() {
      return content
    },
    hold(): () => void {
      let open = (): void => {}
      gate = new Promise((r) => {
        open = r
      })
      return open
    },
    output: {
      async write(bytes: Uint8Array, offset: number, length: number) {
        await gate
        const n = Math.min(length, step, room - content.length)
        if (n === 0) throw new StreamlineError('SL_DISK_FULL', 'full')
        content = Buffer.concat([content, bytes.subarray(offset, offset + n)])
        return n
      },
      cut(excess: number) {
        content = content.subarray(0, content.length - excess)
      },
      close() {},
    },
  }
}

const fill = (out: BufferedOutput, size: number, value: number): void => {
  const at = out.reserve(size)
  out.bytes.fill(value, at, at + size)
}

describe('buffered output', () => {
  it('writes everything in order, records of any size', async () => {
    const target = disk(1e9, 100_000)
    const out = new BufferedOutput(target.output, () => expect.unreachable())
    const sizes = [1, 300_000, 17, 262_144, 0, 262_143, 2, 70_000]
    for (const [i, size] of sizes.entries()) fill(out, size, i + 1)
    await out.flush()
    expect(target.content.equals(Buffer.concat(sizes.map((n, i) => Buffer.alloc(n, i + 1))))).toBe(true)
    expect(out.written).toBe(target.content.length)
  })

  it('takes no more while the disk is behind', async () => {
    const target = disk(1e9)
    const open = target.hold()
    const out = new BufferedOutput(target.output, () => expect.unreachable())
    for (let i = 0; i < 5; i++) fill(out, 262_144, i)
    expect(out.credit()).toBe(0)
    const ready = out.ready()
    open()
    await ready
    expect(out.credit()).toBeGreaterThan(0)
    await out.flush()
    expect(target.content.length).toBe(5 * 262_144)
  })

  it('sends what a slow stream has collected without being asked', async () => {
    const target = disk(100)
    const out = new BufferedOutput(target.output, () => expect.unreachable())
    fill(out, 10, 1)
    while (target.content.length < 10) await new Promise((r) => setTimeout(r, 10))
  })

  it('drops what follows a failure, and still comes to its end', async () => {
    const target = disk(300_000)
    const failures: unknown[] = []
    const out = new BufferedOutput(target.output, (e) => failures.push(e))
    for (let i = 0; i < 20; i++) {
      fill(out, 200_000, i)
      if (out.credit() === 0) await out.ready()
    }
    await out.flush()
    fill(out, 5, 1)
    await out.flush()
    expect(failures).toHaveLength(1)
    expect(target.content.length).toBe(300_000)
    expect(out.credit()).toBeGreaterThan(0)
  })

  for (const format of ['pcap', 'pcapng'] as const)
    it(`cuts a ${format} file behind the last whole packet when the disk is full`, async () => {
      const context = createContext()
      for (let room = 1; room < 500; room += 7) {
        const encoder = format === 'pcap' ? createPcapEncoder(false, 0) : createPcapngEncoder(0)
        const target = disk(room, 50)
        const failures: unknown[] = []
        const out = new BufferedOutput(target.output, (e) => failures.push(e), encoder.whole)
        const head = encoder.head(1)
        out.bytes.set(head, out.reserve(head.length))
        const ends = [0, head.length]
        for (let i = 0; i < 10; i++) {
          const block = context.block(new Uint8Array(i * 5))
          const size = encoder.size(block, block.length)
          const at = out.reserve(size)
          encoder.put(out.bytes, at, block, 1, block.length)
          ends.push(at + size)
        }
        await out.flush()
        const full = room < ends.at(-1)!
        expect(failures).toHaveLength(full ? 1 : 0)
        // The blocks that begin a pcapng file are records as well.
        const best = Math.max(...ends.filter((e) => e <= room))
        if (format === 'pcapng' && best === 0) expect([0, 28]).toContain(target.content.length)
        else expect(target.content.length).toBe(best)
        expect(out.written).toBe(target.content.length)
      }
    })
})
