import { ABS, ADD, ALU, AND, B, IND, K, LD, LDX, LSH, MEM, MEMORY_WORDS, MISC, MSH, TAX, X } from '../cbpf/opcodes.js'
import { filterError, type Span } from '../error.js'
import { linkTypeDescription } from '../linktypes.js'
import type { Names } from '../names/resolver.js'
import { type Statement, statement } from './condition.js'

/** An offset that is not known for this link type. As a u32, so that adding to it wraps as it does in libpcap. */
export const NOT_SET = 0xffffffff

/** Where something begins in the packet: a constant, plus the word of scratch memory `reg` when `variable`. */
export interface Offset {
  constant: number
  variable: boolean
  /** -1 until a word is needed. */
  reg: number
}

const fixed = (constant = 0): Offset => ({ constant, variable: false, reg: -1 })

export interface Environment {
  readonly expression: string
  readonly linktype: number
  /** Bits of the local network's mask; undefined when not known. */
  readonly netmask: number | undefined
  /** Packets come from a file: what only the kernel knows of a live packet cannot be tested. */
  readonly savefile: boolean
  /** Byte order of the machine that captured, for link types in host byte order. */
  readonly byteOrder: 'little' | 'big' | 'any'
  readonly names: Names | undefined
}

/**
 * What the compiler knows while it walks through an expression from left to right. `vlan`, `mpls`, `pppoes` and
 * tunnels move the offsets for everything that follows, across `and`, `or` and parentheses; that is pcap-filter's
 * documented meaning.
 */
export class State {
  /** Link type of the header that is looked at now, of the one around it, and of the outermost. */
  linktype: number
  previousLinktype: number
  /** Starts of: the link-layer header, the one around it, the outermost; the type field; the link-layer payload. */
  linkHeader = fixed()
  previousLinkHeader = fixed()
  outermostLinkHeader = fixed()
  linkType = fixed()
  payload = fixed()
  /** From the payload to the network header: with what this link type usually has, and with 802.2 without SNAP. */
  network = 0
  networkNoSnap = 0
  labelDepth = 0
  /** Inside Geneve: an Ethernet header may be there or not. */
  maybeEthernet = false
  /** Where an ATM cell's or an SS7 message's fields lie; NOT_SET elsewhere. */
  atm: { vpi: number; vci: number; proto: number; payload: number } | undefined
  ss7: { li: number; liHsl: number; sio: number; opc: number; dpc: number; sls: number } | undefined
  /** Set where code with jumps inside statements was made, which the optimiser must not see. */
  unoptimizable = false
  /** The part of the expression that is being compiled, for error messages. */
  span: Span | undefined

  private readonly used = new Array<boolean>(MEMORY_WORDS).fill(false)
  private current = 0

  constructor(readonly env: Environment) {
    this.linktype = env.linktype
    this.previousLinktype = env.linktype
  }

  /** @throws SL_FILTER always */
  fail(message: string, hint?: string): never {
    throw filterError(message, this.env.expression, this.span, hint)
  }

  /** The link type's name for messages. */
  get description(): string {
    return linkTypeDescription(this.linktype)
  }

  /** Takes a word of scratch memory. @throws SL_FILTER when all 16 are in use */
  allocate(): number {
    for (let n = 0; n < MEMORY_WORDS; n++) {
      if (!this.used[this.current]) {
        this.used[this.current] = true
        return this.current
      }
      this.current = (this.current + 1) % MEMORY_WORDS
    }
    return this.fail('too many registers needed to evaluate expression', 'nest the arithmetic less deeply')
  }

  /** Gives a word of scratch memory back. */
  free(reg: number): void {
    this.used[reg] = false
  }

  /** A new link-layer header inside the packet of the one so far. */
  pushLinkHeader(linktype: number, header: Offset): void {
    this.previousLinktype = this.linktype
    this.previousLinkHeader = this.linkHeader
    this.linktype = linktype
    this.linkHeader = header
  }
}

/** Start of what an offset counts from. */
export type Base =
  | 'packet'
  | 'link'
  | 'previous-link'
  | 'llc'
  | 'previous-mpls'
  | 'payload'
  | 'payload-no-snap'
  | 'type'
  | 'transport4'
  | 'transport6'

/** Code that puts the variable part of an offset into X; undefined when it has none. */
export const variablePart = (s: State, offset: Offset): Statement[] | undefined => {
  if (!offset.variable) return undefined
  if (offset.reg < 0) offset.reg = s.allocate()
  return [statement(LDX | MEM, offset.reg)]
}

const loadAt = (s: State, offset: Offset, at: number, size: number): Statement[] => {
  const list = variablePart(s, offset)
  if (!list) return [statement(LD | ABS | size, offset.constant + at)]
  list.push(statement(LD | IND | size, offset.constant + at))
  return list
}

/** Code that puts the length of the IPv4 header, plus the variable part of its offset, into X. */
export const loadIpHeaderLength = (s: State): Statement[] => {
  const at = s.payload.constant + s.network
  const list = variablePart(s, s.payload)
  if (!list) return [statement(LDX | MSH | B, at)]
  list.push(
    statement(LD | IND | B, at),
    statement(ALU | AND | K, 0xf),
    statement(ALU | LSH | K, 2),
    statement(ALU | ADD | X),
    statement(MISC | TAX),
  )
  return list
}

/** Code that loads `size` bytes at `at` from `base` into A. */
export const load = (s: State, base: Base, at: number, size: number): Statement[] => {
  switch (base) {
    case 'packet':
      return [statement(LD | ABS | size, at)]
    case 'link':
      return loadAt(s, s.linkHeader, at, size)
    case 'previous-link':
      return loadAt(s, s.previousLinkHeader, at, size)
    case 'llc':
      return loadAt(s, s.payload, at, size)
    case 'previous-mpls':
      return loadAt(s, s.payload, s.network - 4 + at, size)
    case 'payload':
      return loadAt(s, s.payload, s.network + at, size)
    case 'payload-no-snap':
      return loadAt(s, s.payload, s.networkNoSnap + at, size)
    case 'type':
      return loadAt(s, s.linkType, at, size)
    case 'transport4':
      return [...loadIpHeaderLength(s), statement(LD | IND | size, s.payload.constant + s.network + at)]
    case 'transport6':
      return loadAt(s, s.payload, s.network + 40 + at, size)
  }
}
