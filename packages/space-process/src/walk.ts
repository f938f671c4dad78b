import { accepts, type Batch } from '@netstreamline/core'
import { type Frame, interpret } from '@netstreamline/jit/ir'
import { below, type Link, type Node, type Out } from './node.js'

/**
 * The interpreting datapath, for places where no code may be generated from text (a strict content security policy):
 * the semantics of the fused one, one FE at a time. The same tests run on both.
 */
const outOf =
  (node: Node, bytes: Uint8Array): Out =>
  (c, o, l, k, p3, p4, pr, st, fl, se, ns, wl, ri, po) => {
    if (c > 0 && !node.outs.some(({ accept }) => accept.not && accept.lo === 0 && accept.hi === 0)) {
      node.sent[0]!++
      node.sent[1]! += l
    }
    for (const link of node.outs) {
      if (!accepts(link.accept, c)) continue
      link.count[0]!++
      link.count[1]! += l
      enter(link, bytes, c, o, l, k, p3, p4, pr, st, fl, se, ns, wl, ri, po)
    }
  }

const enter = (
  { to, input }: Link,
  bytes: Uint8Array,
  ...[c, o, l, k, p3, p4, pr, st, fl, se, ns, wl, ri, po]: Parameters<Out>
): void => {
  if (to.program) {
    const f: Frame = {
      bytes,
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
  if (!to.instance.process) return
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
  let result = to.instance.process(x) | 0
  x.busy = false
  if (x.fault) {
    x.fault = false
    result = 0
  }
  if (result > 0)
    to.out(
      result,
      x.offset,
      x.length,
      x.kind,
      x.l3,
      x.l4,
      x.proto,
      x.stream,
      x.flags,
      x.seconds,
      x.nanoseconds,
      x.wireLength,
      x.ring,
      x.position,
    )
  else if (result === 0 && to.passesZero) to.out(0, o, l, k, p3, p4, pr, st, fl, se, ns, wl, ri, po)
}

/** What `fuse` does, without generating code. */
export const walk = (source: Node, bytes: Uint8Array): ((batch: Batch) => void) => {
  for (const node of below(source)) node.out = outOf(node, bytes)
  return (batch) => {
    const { offset, length, kind, wireLength, seconds, nanoseconds, position, ring } = batch
    for (let i = 0; i < batch.count; i++) {
      for (const link of source.outs) {
        if (!accepts(link.accept, 1)) continue
        link.count[0]!++
        link.count[1]! += length[i]!
        enter(link, bytes, 1, offset[i]!, length[i]!, kind[i]!, -1, -1, -1, 0, 0, seconds[i]!, nanoseconds[i]!, wireLength[i]!, ring, position[i]!)
      }
    }
  }
}
