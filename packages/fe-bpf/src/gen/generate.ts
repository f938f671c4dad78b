import type { Node } from '../parser/ast.js'
import { atmField, atmName } from './atm.js'
import { and, type Condition, not, or } from './condition.js'
import { encapsulation } from './encapsulation.js'
import { id } from './id.js'
import { llc } from './llc.js'
import { broadcast, byteTest, direction, interfaceIndex, lengthTest, multicast } from './meta.js'
import { pf } from './pf.js'
import { protocol } from './proto.js'
import { relation } from './relation.js'
import { mtp2, mtp3 } from './ss7.js'
import type { State } from './state.js'
import { wlanDirection, wlanType } from './wlan.js'

/**
 * The condition that a node states. Nodes must be visited in the order of the text: what `vlan` and the like do to the
 * offsets holds for all that follows. @throws SL_FILTER
 */
export const generate = (s: State, node: Node): Condition => {
  if (node.type === 'chain') {
    let condition = generate(s, node.first)
    for (const { op, node: next } of node.rest) {
      const more = generate(s, next)
      condition = op === 'and' ? and(condition, more) : or(condition, more)
    }
    return condition
  }
  if (node.type === 'not') return not(generate(s, node.of))
  s.span = node.span
  switch (node.type) {
    case 'id':
      return id(s, node.id, node.q)
    case 'proto':
      return protocol(s, node.proto)
    case 'relation':
      return relation(s, node.relation, node.left, node.right)
    case 'cast':
      return node.cast === 'broadcast' ? broadcast(s, node.proto) : multicast(s, node.proto)
    case 'length':
      return lengthTest(node.test, node.value)
    case 'byte':
      return byteTest(s, node.at, node.op, node.value)
    case 'direction':
      return direction(s, node.outbound)
    case 'ifindex':
      return interfaceIndex(s, node.value)
    case 'encapsulation':
      return encapsulation(s, node.name, node.value)
    case 'pf':
      return pf(s, node.field, node.value)
    case 'wlan-type':
      return wlanType(s, node.value, node.mask)
    case 'wlan-dir':
      return wlanDirection(s, node.value)
    case 'llc':
      return llc(s, node.format)
    case 'atm':
      return atmName(s, node.name)
    case 'mtp2':
      return mtp2(s, node.name)
    case 'field':
      return node.name === 'vpi' || node.name === 'vci'
        ? atmField(s, node.name, node.tests)
        : mtp3(s, node.name, node.tests)
  }
}
