import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { asError, END, GAP, KIND, START } from '@netstreamline/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createContext, drain, type FakeContext, instantiate } from '../testing/context.js'
import { tempDir } from '../testing/temp.js'
import file, { type FileOptions, probe } from './file.js'

const temp = tempDir()
const text = (name: string): string => readFileSync(temp.path(name), 'latin1')

/** A started sink, with shorthands for what streams send it. */
const open = async (options: FileOptions, context: FakeContext = createContext({ inputs: 1 })) => {
  const sink = await instantiate(file, options, context)
  await sink.start?.()
  const mark = (stream: number, flags: number) => sink.process?.(context.block('', { stream, flags, kind: KIND.tcp }))
  return {
    sink,
    context,
    mark,
    data: (stream: number, content: string | Uint8Array) =>
      sink.process?.(context.block(content, { stream, kind: KIND.tcp, classifier: 9 })),
    async done() {
      await sink.finish?.()
      await sink.stop?.()
    },
  }
}

describe('file sink', () => {
  it('writes everything to one file and empties it first', async () => {
    const path = temp.file('one', 'what was there before, and longer')
    const { data, mark, done, sink } = await open({ path })
    expect([data(1, 'ab'), data(2, 'cd')]).toEqual([9, 9])
    mark(1, GAP)
    await done()
    expect(text('one')).toBe('abcd')
    expect(sink.counters?.()).toMatchObject({ bytesWritten: 4, gaps: 1 })
  })

  it('empties a file when nothing comes, appends when told to', async () => {
    const path = temp.file('two', 'old')
    const more = await open({ path, append: true })
    more.data(1, 'new')
    await more.done()
    expect(text('two')).toBe('oldnew')
    await (await open({ path })).done()
    expect(text('two')).toBe('')
  })

  it('makes a file for each stream, also for an empty one, in directories that it makes', async () => {
    const context = createContext({ inputs: 1 })
    context.openStream({ id: 4, src: '::1', sport: 5, dst: '10.0.0.1', dport: 80, name: 'four' })
    const { mark, data, done, sink } = await open({ path: temp.path('s/{src}.{dport}/{stream}.bin') }, context)
    mark(4, START)
    expect(readdirSync(temp.path('s/--1.80'))).toEqual(['4.bin'])
    data(4, 'hello ')
    data(5, 'other')
    data(4, 'world')
    mark(4, END)
    // The end of a stream completes its file.
    expect(text('s/--1.80/4.bin')).toBe('hello world')
    mark(6, START)
    await done()
    expect(text('s/unknown.unknown/5.bin')).toBe('other')
    expect(text('s/unknown.unknown/6.bin')).toBe('')
    expect(sink.counters?.()).toMatchObject({ files: 3, bytesWritten: 16 })
  })

  it('numbers blocks with {n}, each a file of its own', async () => {
    writeFileSync(temp.path('n1'), 'longer than the new one')
    const { mark, data, done } = await open({ path: temp.path('n{n}') })
    mark(1, START)
    data(1, 'a')
    data(2, 'b')
    await done()
    expect([text('n1'), text('n2')]).toEqual(['a', 'b'])
    expect(existsSync(temp.path('n3'))).toBe(false)
  })

  it('lets streams of the same path share the file, one after the other too', async () => {
    const { mark, data, done } = await open({ path: temp.path('all-{name}') })
    data(1, 'a')
    data(2, 'b')
    mark(1, END)
    mark(2, END)
    mark(3, START)
    data(3, 'c')
    await done()
    expect(text('all-unknown')).toBe('abc')
  })

  it('keeps the order of every stream, however many grow at a time and however long the pieces are', async () => {
    // More streams than descriptors and than buffers.
    const streams = 700
    let round = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(streams - 1), fc.oneof(fc.nat(100), fc.constantFrom(16383, 16384, 20000))), {
          minLength: 100,
          maxLength: 2500,
        }),
        async (writes) => {
          const dir = `many${round++}`
          const { data, done } = await open({ path: temp.path(`${dir}/{stream}`) })
          const expected = new Map<number, string>()
          let big = 0
          for (const [i, [stream, length]] of writes.entries()) {
            if (length > 100 && ++big > 300) continue
            const piece = String.fromCharCode(97 + (i % 26)).repeat(length)
            data(stream, piece)
            expected.set(stream, (expected.get(stream) ?? '') + piece)
          }
          for (let s = 0; s < streams; s++) {
            data(s, `${s}`)
            expected.set(s, `${expected.get(s) ?? ''}${s}`)
          }
          await done()
          for (const [stream, content] of expected) if (text(`${dir}/${stream}`) !== content) return false
          return true
        },
      ),
      { numRuns: 5 },
    )
  })

  it('reports what fails, with what came before on the disk', async () => {
    const { data, sink, done } = await open({ path: temp.path('a/{stream}') })
    data(1, 'kept')
    writeFileSync(temp.path('block'), '')
    await done()
    expect(text('a/1')).toBe('kept')
    const bad = await open({ path: `${temp.path('block')}/{stream}` })
    expect(() => bad.data(1, 'x')).toThrow(expect.objectContaining({ code: 'SL_NO_FILE' }))
    const full = await open({ path: '/dev/full' })
    full.data(1, 'x')
    await full.done()
    expect(full.context.failures.map((e) => asError(e).code)).toEqual(['SL_DISK_FULL'])
    const fullToo = await open({ path: '/dev/{name}' }, createContext({ inputs: 1 }))
    fullToo.context.openStream({ id: 1, name: 'full' })
    fullToo.data(1, 'x')
    expect(() => fullToo.mark(1, END)).toThrow(expect.objectContaining({ code: 'SL_DISK_FULL' }))
    expect(sink.counters?.()).toMatchObject({ files: 1 })
  })
})

describe('file source', () => {
  const read = async (options: FileOptions) => {
    const context = createContext({ size: 4 << 20 })
    const source = await instantiate(file, options, context)
    await source.start?.()
    const blocks: string[] = []
    let position = 0
    await drain(source, (batch) => {
      for (let i = 0; i < batch.count; i++) {
        expect([batch.kind[i], batch.position[i]]).toEqual([KIND.bytes, position])
        position += batch.length[i]!
        blocks.push(Buffer.from(context.bytes.slice(batch.offset[i], batch.offset[i]! + batch.length[i]!)).toString())
      }
    })
    await source.stop?.()
    return blocks
  }

  it('delivers a file in blocks', async () => {
    const path = temp.file('in', 'abcdefgh')
    expect(await read({ path, block: 3 })).toEqual(['abc', 'def', 'gh'])
    expect((await read({ path: temp.file('long', 'x'.repeat(1_000_000)) })).map((b) => b.length)).toEqual([
      ...new Array(15).fill(65536),
      16960,
    ])
    expect(await read({ path: temp.file('none', '') })).toEqual([])
    expect(await probe({ path })).toEqual({ kinds: [KIND.bytes], size: 8 })
  })

  it('says what is wrong with a path', async () => {
    await expect(probe({ path: temp.path('missing') })).rejects.toMatchObject({ code: 'SL_NO_FILE' })
    await expect(probe({ path: temp.path('') })).rejects.toMatchObject({ code: 'SL_IS_DIRECTORY' })
  })
})
