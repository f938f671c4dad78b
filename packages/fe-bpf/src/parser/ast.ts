import type { Span } from '../error.js'

export type Direction = 'default' | 'src' | 'dst' | 'or' | 'and' | 'addr1' | 'addr2' | 'addr3' | 'addr4' | 'ra' | 'ta'
export type AddressType = 'default' | 'host' | 'net' | 'port' | 'portrange' | 'gateway' | 'proto' | 'protochain'

/** What kind of thing an id is. `proto` is a protocol qualifier's name or `default`. */
export interface Qualifiers {
  readonly proto: string
  readonly dir: Direction
  readonly addr: AddressType
}

/** An id as it stands in the text: a number, a name, an address, an address with a mask. */
export type Id =
  | { readonly kind: 'num'; readonly value: number }
  | { readonly kind: 'name'; readonly text: string }
  | { readonly kind: 'ip'; readonly text: string; readonly mask?: string; readonly bits?: number }
  | { readonly kind: 'ip6'; readonly text: string; readonly bits?: number }
  | { readonly kind: 'mac'; readonly text: string }
  | { readonly kind: 'arcnet'; readonly text: string }

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^' | '<<' | '>>'
export type Relation = '>' | '>=' | '=' | '<=' | '<' | '!='

export type Arithmetic = { readonly span: Span } & (
  | { readonly type: 'num'; readonly value: number }
  | { readonly type: 'len' }
  | { readonly type: 'load'; readonly proto: string; readonly index: Arithmetic; readonly size: number }
  | { readonly type: 'neg'; readonly of: Arithmetic }
  | { readonly type: 'binary'; readonly op: ArithmeticOperator; readonly left: Arithmetic; readonly right: Arithmetic }
)

/** A value of an ATM or SS7 field list: `= 3`, `> 3` or plain `3`. */
export interface FieldTest {
  readonly relation: Relation
  readonly value: number
}

export type Node = {
  readonly span: Span
} /** Operators of equal strength, applied from the left: ((first op node) op node) … */ & (
  | {
      readonly type: 'chain'
      readonly first: Node
      readonly rest: readonly { readonly op: 'and' | 'or'; readonly node: Node }[]
    }
  | { readonly type: 'not'; readonly of: Node }
  /** `q` is undefined where no qualifier stands before: such an id is a syntax error. */
  | { readonly type: 'id'; readonly id: Id; readonly q: Qualifiers | undefined }
  | { readonly type: 'proto'; readonly proto: string }
  | { readonly type: 'relation'; readonly relation: Relation; readonly left: Arithmetic; readonly right: Arithmetic }
  | { readonly type: 'cast'; readonly cast: 'broadcast' | 'multicast'; readonly proto: string }
  | { readonly type: 'length'; readonly test: 'less' | 'greater'; readonly value: number }
  | { readonly type: 'byte'; readonly at: number; readonly op: string; readonly value: number }
  | { readonly type: 'direction'; readonly outbound: boolean }
  | { readonly type: 'ifindex'; readonly value: number }
  /** `vlan`, `mpls`, `pppoed`, `pppoes`, `geneve`, `vxlan`, with or without a number. */
  | { readonly type: 'encapsulation'; readonly name: string; readonly value: number | undefined }
  | { readonly type: 'pf'; readonly field: string; readonly value: string | number }
  | { readonly type: 'wlan-type'; readonly value: number; readonly mask: number }
  | { readonly type: 'wlan-dir'; readonly value: number }
  | { readonly type: 'llc'; readonly format: string | undefined }
  | { readonly type: 'atm'; readonly name: string }
  | { readonly type: 'mtp2'; readonly name: string }
  /** `vpi`, `vci` (ATM) or `sio`, `opc`, `dpc`, `sls` (SS7, `h…` high speed): any of the tests. */
  | { readonly type: 'field'; readonly name: string; readonly tests: readonly FieldTest[] }
)
