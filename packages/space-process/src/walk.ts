import { accepts, type Batch, type Process } from '@netstreamline/core'
import { type Frame, interpret } from '@netstreamline/jit/ir'
import { callOf, type Guard } from './call.js'
import { below, type Link, type Node, type Out } from './node.js'
import type { PortBatch } from './port-batch.js'

/**
 * The interpreting datapath, for places where no code may be generated from text (a strict content security policy):
 * the semantics of the fused one, one FE at a time. The same tests run on both.
 */
class Walker {
  readonly #bytes: Uint8Array
  readonly #calls = new Map<Node, Process>()
  constructor(source: Node, bytes: Uint8Array, guard: Guard) {
    this.#bytes = bytes
    for (const node of below(source)) {
      node.out = this.#outOf(node)
      if (node.instance.process && !node.program) this.#calls.set(node, callOf(node, source, guard))
    }
  }

  #outOf(node: Node): Out {
    return (...block) => {
      const [c, , l] = block
      if (c > 0 && !node.plain) {
        node.sent[0]!++
        node.sent[1]! += l
      }
      this.pass(node, ...block)
    }
  }
  /** Hands a block to the links of a node that take it. */
  pass(node: Node, ...block: Parameters<Out>): void {
    for (const link of node.outs) {
      if (!accepts(link.accept, block[0])) continue
      link.count[0]!++
      link.count[1]! += block[2]
      this.#enter(link, ...block)
    }
  }
  #enter({ to, input }: Link, ...[c, o, l, k, p3, p4, pr, st, fl, se, ns, wl, ri, po]: Parameters<Out>): void {
    if (to.program) {
      const f: Frame = {
        bytes: this.#bytes,
        offset: o,
        length: l,
        kind: k,
        l3: p3,
        l4: p4,
        proto: pr,
        classifier: c,
        stream: st,
        wireLength: wl,
      }
      const result = interpret(to.program, f, to.memory)
      if (result === 0) to.out(0, o, l, k, p3, p4, pr, st, fl, se, ns, wl, ri, po)
      else to.out(result, f.offset, f.length, f.kind, p3, p4, pr, f.stream, fl, se, ns, wl, ri, po)
      return
    }
    const call = this.#calls.get(to)
    if (!call) return
    const x = to.cursor
    x.offset = o
    x.length = l
    x.kind = k
    x.l3 = p3
    x.l4 = p4
    x.proto = pr
    x.stream = st
    x.flags = fl
    x.seconds = se
    x.nanoseconds = ns
    x.wireLength = wl
    x.ring = ri
    x.position = po
    x.classifier = c
    x.input = input
    x.busy = true
    let result = call(x) | 0
    x.busy = false
    if (x.fault) {
      x.fault = false
      result = 0
    }
    // Only 1 to 65535 are classifiers.
    if (result > 0 && result < 65536) {
      const { offset, length, kind, l3, l4, proto, stream, flags, seconds, nanoseconds, wireLength, ring, position } = x
      to.out(
        result,
        offset,
        length,
        kind,
        l3,
        l4,
        proto,
        stream,
        flags,
        seconds,
        nanoseconds,
        wireLength,
        ring,
        position,
      )
    } else if (result === 0 && to.passesZero) to.out(0, o, l, k, p3, p4, pr, st, fl, se, ns, wl, ri, po)
  }
}

/** What `fuse` does, without generating code. */
export const walk = (source: Node, bytes: Uint8Array, guard: Guard): ((batch: Batch) => void) => {
  const walker = new Walker(source, bytes, guard)
  return (batch) => {
    const { offset, length, kind, wireLength, seconds, nanoseconds, position, ring } = batch
    const known = source.columns ? (batch as PortBatch) : undefined
    for (let i = 0; i < batch.count; i++) {
      walker.pass(
        source,
        known ? known.classifier[i]! : 1,
        offset[i]!,
        length[i]!,
        kind[i]!,
        known ? known.l3[i]! : -1,
        known ? known.l4[i]! : -1,
        known ? known.proto[i]! : -1,
        known ? known.stream[i]! : 0,
        known ? known.flags[i]! : 0,
        seconds[i]!,
        nanoseconds[i]!,
        wireLength[i]!,
        known ? known.rings[i]! : ring,
        position[i]!,
      )
    }
  }
}
