// How fast a c ring is read, by the size of the ring and of the calls, as figure 9 has it: it is filled, then emptied
// by read or by peek, and only the second counts.
//   node sizes.mjs '{"take":"read"|"peek","rings":[N,…],"calls":[N,…],"seconds":S,"cpus":[N]}'
// Prints bytes per second, for each ring those of all calls. A call larger than the ring gets what the ring holds.
import { createArena } from '@netstreamline/rings'
import { print } from '../lib/end.mjs'
import { localRing } from './ring.mjs'

const { take, rings, calls, seconds = 0.02 } = JSON.parse(process.argv[2])

const fill = (writer, source) => {
  let total = 0
  const { byteOffset: at, length } = source
  for (let n = writer.writeFrom(at, length); n >= 0; n = writer.writeFrom(at, length)) {
    total += n
    if (n < length) break
  }
  writer.publish()
  return total
}

const empty = {
  read(reader, into, total) {
    const { byteOffset: at, length } = into
    for (let left = total; left > 0; ) {
      const n = reader.readTo(at, length)
      if (n < 0) return left
      left -= n
    }
    return 0
  },
  /** Only where the bytes lie; nobody looks at them. */
  peek(reader, into, total) {
    const { length: call } = into
    for (let left = total; left > 0; ) {
      if (reader.peek() < 0) return left
      const n = Math.min(call, reader.length)
      reader.consume(n)
      left -= n
    }
    return 0
  },
}

/** Once with a look at every byte: is it what was written? */
const verify = (arena, writer, reader, source, into) => {
  const total = fill(writer, source)
  const is = Buffer.from(arena.buffer)
  for (let left = total; left > 0; ) {
    const at = take === 'read' ? into.byteOffset : reader.peek()
    const n = take === 'read' ? reader.readTo(into.byteOffset, into.length) : Math.min(into.length, reader.length)
    for (let done = 0; done < n; ) {
      const from = (total - left + done) % source.length
      const part = Math.min(n - done, source.length - from)
      const same = is.compare(source, from, from + part, at + done, at + done + part) === 0
      if (!same) throw new Error('bytes are not what was written')
      done += part
    }
    if (take === 'peek') reader.consume(n)
    left -= n
  }
  reader.release()
}

/** Milliseconds of a look at the clock. */
const clock = () => {
  const from = performance.now()
  for (let n = 0; n < 10_000; n++) performance.now()
  return (performance.now() - from) / 10_000
}

const measure = (arena, ring, from, to) => {
  const { writer, reader } = localRing(arena, { kind: 'c', ring })
  verify(arena, writer, reader, from, to)
  const drain = empty[take]
  const look = clock()
  let bytes = 0
  let time = 0
  const during = (ms, most) => {
    bytes = time = 0
    const until = performance.now() + ms
    for (let n = 0; n < most && (n < 2 || performance.now() < until); n++) {
      const total = fill(writer, from)
      const start = performance.now()
      const left = drain(reader, to, total)
      reader.release()
      time += Math.max(0, performance.now() - start - look)
      if (left > 0) throw new Error(`${left} bytes are not there`)
      bytes += total
    }
  }
  // Until the ways into the WebAssembly functions of these ends are compiled.
  during(seconds * 1000, 1500)
  during(seconds * 1000, Number.POSITIVE_INFINITY)
  writer.free()
  return bytes / (time / 1000)
}

const largest = Math.max(...calls)
const arena = createArena({ bytes: 2 * largest + Math.max(...rings) + 2 ** 21 })
const source = arena.alloc(largest)
const target = arena.alloc(largest)
const words = new Int32Array(arena.buffer, source, largest / 4)
for (let n = 0; n < words.length; n++) words[n] = Math.imul(n, 0x9e3779b9)
/** The compiler sees small and large before anything counts. */
measure(arena, rings[0], arena.bytes.subarray(source, source + 64), arena.bytes.subarray(target, target + 64))
print(
  rings.map((ring) =>
    calls.map((call) =>
      measure(arena, ring, arena.bytes.subarray(source, source + call), arena.bytes.subarray(target, target + call)),
    ),
  ),
)
