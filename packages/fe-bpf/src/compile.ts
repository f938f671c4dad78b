import { K, type Program, RET } from './cbpf/opcodes.js'
import { emit } from './emit.js'
import { filterError } from './error.js'
import { and, firstTest } from './gen/condition.js'
import { generate } from './gen/generate.js'
import { initialOffsets } from './gen/offsets.js'
import { insertPrologue, ppiCheck } from './gen/prologue.js'
import { State } from './gen/state.js'
import { canonicalLinkType } from './linktypes.js'
import type { Names } from './names/resolver.js'
import { lower, returning } from './optimize/graph.js'
import { optimize } from './optimize/optimize.js'
import { parse } from './parser/parser.js'

export interface CompileOptions {
  /** Link type of the packets, as a DLT or LINKTYPE number. */
  readonly linktype: number
  /** What an accepted packet's program returns: how many bytes of it to keep. 1..2^32-1, default 262144. */
  readonly snaplen?: number
  /** False leaves the code as it is generated (`tcpdump -O`). Default true. */
  readonly optimize?: boolean
  /** The local IPv4 network's mask as a u32; without it `ip broadcast` is refused. */
  readonly netmask?: number
  /** False for live packets on Linux, of which the kernel knows direction and interface. Default true. */
  readonly savefile?: boolean
  /** Byte order in which BSD loopback captures hold the address family; `any` takes both. Default `little`. */
  readonly byteOrder?: 'little' | 'big' | 'any'
  /** What names of hosts, stations and networks stand for. Without it such names are refused. */
  readonly names?: Names
}

/** As pcap_compile(3) says that the netmask isn't known. */
const NETMASK_UNKNOWN = 0xffffffff

/** Longest expression that is compiled, in UTF-16 units. */
export const MAX_EXPRESSION = 1 << 20

/**
 * Compiles a pcap-filter(7) expression to classic BPF. An empty expression accepts everything.
 * @throws SL_FILTER with libpcap's words for what is wrong; `detail` holds `expression`, `column` and `caret`
 */
export const compile = (expression: string, options: CompileOptions): Program => {
  const { snaplen = 262144, optimize: wanted = true, netmask, savefile = true, byteOrder = 'little', names } = options
  if (!Number.isInteger(snaplen) || snaplen < 0 || snaplen > 0xffffffff) {
    throw filterError(`snaplen ${snaplen} is not between 1 and ${0xffffffff}`, expression)
  }
  if (snaplen === 0) throw filterError('snaplen of 0 rejects all packets', expression)
  if (expression.length > MAX_EXPRESSION) {
    throw filterError(`expression is longer than ${MAX_EXPRESSION} characters`, expression.slice(0, 100))
  }
  const linktype = canonicalLinkType(options.linktype)
  const mask = netmask === NETMASK_UNKNOWN ? undefined : netmask
  const s = new State({ expression, linktype, netmask: mask, savefile, byteOrder, names })
  initialOffsets(s)
  const tree = parse(expression)
  if (!tree) return [{ code: RET | K, jt: 0, jf: 0, k: snaplen }]

  let condition = generate(s, tree)
  const first = firstTest(condition)
  if (first) insertPrologue(s, first)
  const check = ppiCheck(s)
  if (check) condition = and(check, condition)
  s.span = undefined
  let root = lower(condition, returning(snaplen), returning(0))
  if (wanted && !s.unoptimizable) {
    root = optimize(root, (message) => s.fail(message))
    if (root.code === (RET | K) && root.k === 0) {
      s.fail('expression rejects all packets', 'no packet of this link type can match it')
    }
  }
  return emit(root)
}
