import { defineTranslator, isStreamlineError, KIND, StreamlineError, type Vertex } from '@netstreamline/core'
import { K, type Program, RET } from '../cbpf/opcodes.js'
import { compile } from '../compile.js'
import { DLT, linkTypeName } from '../linktypes.js'
import type { Programs } from '../to-ir/program.js'
import { decodePrograms, encodePrograms } from '../to-ir/text.js'

/** Default of libpcap: larger than any packet. */
const SNAPLEN = 262144

const rejectAll: Program = [{ code: RET | K, jt: 0, jf: 0, k: 0 }]

/** Link type that a kind's windows are filtered as; undefined where an expression has no meaning. */
const linkTypeOf = (kind: number): number | undefined =>
  kind < 0x10000 ? kind : kind === KIND.ip ? DLT['RAW'] : undefined

const compileFor = (kind: number, { options }: Vertex, snaplen: number): Program => {
  const linktype = linkTypeOf(kind)
  if (linktype === undefined) {
    throw new StreamlineError('SL_KIND', 'a filter expression needs packets with their link-layer or IP header', {
      hint: 'put (bpf) before what takes the packets apart',
    })
  }
  return compile(String(options['expression'] ?? ''), {
    linktype,
    snaplen,
    optimize: options['optimize'] !== false,
    // A file's byte order is not known here.
    byteOrder: 'any',
  })
}

/** One program per kind; of several kinds one may have no packet that matches. */
const compileAll = (kinds: readonly number[], vertex: Vertex, snaplen: number): Programs => {
  const [only] = kinds
  if (kinds.length === 1) return new Map([['any', compileFor(only!, vertex, snaplen)]])
  let rejected: unknown
  const programs = new Map(
    kinds.map((kind) => {
      try {
        return [kind, compileFor(kind, vertex, snaplen)] as const
      } catch (e) {
        if (!isStreamlineError(e) || e.message !== 'expression rejects all packets') throw withLinkType(e, kind)
        rejected = e
        return [kind, rejectAll] as const
      }
    }),
  )
  if (rejected && [...programs.values()].every((program) => program === rejectAll)) throw rejected
  return programs
}

const withLinkType = (e: unknown, kind: number): unknown => {
  if (!isStreamlineError(e)) return e
  const name = linkTypeName(kind) ?? String(kind)
  return new StreamlineError(e.code, `for link type ${name}: ${e.message}`, { ...e.detail, linktype: kind }, e)
}

/** `(bpf,expression=…)` → `(cbpf,program=…)`, for the link types that arrive there. */
export default defineTranslator({
  from: 'bpf',
  to: 'cbpf',
  targets: ['cbpf'],
  summary: 'Compiles pcap-filter expressions to classic BPF for the link type at hand.',
  translate: async (vertex, { kinds, snaplen }) => {
    const { options } = vertex
    const keep = typeof options['snaplen'] === 'number' ? options['snaplen'] : (snaplen ?? SNAPLEN)
    const programs =
      typeof options['program'] === 'string'
        ? decodePrograms(options['program'])
        : compileAll(kinds.length > 0 ? [...new Set(kinds)] : [DLT['EN10MB']!], vertex, keep > 0 ? keep : SNAPLEN)
    return { ...vertex, function: 'cbpf', options: { program: encodePrograms(programs) } }
  },
})
