import { WLAN_SUBTYPE_MASK, WLAN_TYPE_MASK, wlanDirections, wlanSubtypes, wlanTypes } from '../names/wlan.js'
import { relation } from './arithmetic.js'
import type { FieldTest, Node } from './ast.js'
import type { Cursor } from './cursor.js'

const encapsulations = new Set(['vlan', 'mpls', 'pppoed', 'pppoes', 'geneve', 'vxlan'])
const pfFields = new Set(['ifname', 'rset', 'rnr', 'srnr', 'reason', 'action'])
const atmNames = new Set('lane metac bcc oam oamf4 oamf4ec oamf4sc sc ilmic connectmsg metaconnect'.split(' '))
const mtp2Names = new Set('fisu lssu msu hfisu hlssu hmsu'.split(' '))
const fields = new Set('vpi vci sio opc dpc sls hsio hopc hdpc hsls'.split(' '))

/** A number, perhaps in parentheses. */
const wrappedNumber = (c: Cursor): number => {
  if (!c.take('(')) return c.number()
  const value = c.nested(() => wrappedNumber(c))
  c.expect(')')
  return value
}

/** What follows `vpi`, `sio` …: a relation and a number, a number, or numbers in parentheses joined by `or`. */
const fieldTests = (c: Cursor): FieldTest[] => {
  const compared = relation(c)
  if (compared !== undefined) return [{ relation: compared, value: c.number() }]
  if (!c.take('(')) return [{ relation: '=', value: c.number() }]
  const tests: FieldTest[] = []
  do tests.push({ relation: '=', value: c.number() })
  while (c.takeWord('or'))
  c.expect(')')
  return tests
}

/** `type t`, `type t subtype s`, `subtype s`, `dir d` of 802.11. */
export const wlanTerm = (c: Cursor): Node => {
  const word = c.next()
  const t = c.token
  const known = (names: ReadonlyMap<string, number>, what: string): number => {
    if (c.token.kind !== 'id') c.fail()
    const { text } = c.token
    const value = names.get(text.toLowerCase())
    if (value === undefined) return c.error(`unknown 802.11 ${what} "${text}"`, c.token)
    c.next()
    return value
  }
  if (word.text === 'dir') {
    if (t.kind === 'num') c.next()
    const value = t.kind === 'num' ? t.value : known(wlanDirections, 'direction')
    return { type: 'wlan-dir', value, span: c.since(word.at) }
  }
  if (word.text === 'subtype') {
    if (t.kind !== 'id') c.fail()
    const name = t.text.toLowerCase()
    const found = wlanSubtypes.find(([, names]) => names.has(name))
    if (!found) c.error(`unknown 802.11 type name "${t.text}"`, t)
    c.next()
    const value = found![0] | found![1].get(name)!
    return { type: 'wlan-type', value, mask: WLAN_TYPE_MASK | WLAN_SUBTYPE_MASK, span: c.since(word.at) }
  }
  const hex = (v: number) => `0x${v.toString(16).padStart(2, '0')}`
  if (t.kind === 'num') c.next()
  const type = t.kind === 'num' ? t.value : known(wlanTypes, 'type name')
  if ((type & ~WLAN_TYPE_MASK) !== 0) c.error(`invalid 802.11 type value ${hex(type)}`, t)
  if (!c.takeWord('subtype')) return { type: 'wlan-type', value: type, mask: WLAN_TYPE_MASK, span: c.since(word.at) }
  const s = c.token
  if (s.kind === 'num') c.next()
  const names = wlanSubtypes.find(([of]) => of === type)?.[1]
  if (s.kind === 'id' && !names) c.error('unknown 802.11 type', s)
  const subtype = s.kind === 'num' ? s.value : known(names!, 'subtype name')
  if ((subtype & ~WLAN_SUBTYPE_MASK) !== 0) c.error(`invalid 802.11 subtype value ${hex(subtype)}`, s)
  return { type: 'wlan-type', value: type | subtype, mask: WLAN_TYPE_MASK | WLAN_SUBTYPE_MASK, span: c.since(word.at) }
}

const pfTerm = (c: Cursor, field: string, at: number): Node => {
  const t = c.token
  const numbers = field === 'rnr' || field === 'srnr' || field === 'reason'
  const names = field !== 'rnr' && field !== 'srnr'
  if (!(t.kind === 'num' && numbers) && !(t.kind === 'id' && names)) c.fail()
  c.next()
  return { type: 'pf', field, value: t.kind === 'num' ? t.value : t.text, span: c.since(at) }
}

/** A term that begins with a keyword of its own; undefined when the cursor's word begins none. */
export const keywordTerm = (c: Cursor): Node | undefined => {
  const { kind, text, at } = c.token
  if (kind !== 'word') return undefined
  const done = <T>(node: T): T & { span: { at: number; to: number } } => ({ ...node, span: c.since(at) })
  const named = <T extends string>(type: T): { type: T; name: string; span: { at: number; to: number } } => {
    c.next()
    return done({ type, name: text })
  }
  if (text === 'type' || text === 'subtype' || text === 'dir') return wlanTerm(c)
  if (text === 'broadcast' || text === 'multicast') {
    c.next()
    return done({ type: 'cast', cast: text, proto: 'default' })
  }
  if (text === 'less' || text === 'greater') {
    c.next()
    return done({ type: 'length', test: text, value: c.number() })
  }
  if (text === 'byte') {
    c.next()
    const index = c.number()
    const op = c.next().text
    if (!['&', '|', '<', '>', '='].includes(op)) c.fail()
    return done({ type: 'byte', at: index, op, value: c.number() })
  }
  if (text === 'inbound' || text === 'outbound') {
    c.next()
    return done({ type: 'direction', outbound: text === 'outbound' })
  }
  if (text === 'ifindex') {
    c.next()
    return done({ type: 'ifindex', value: c.number() })
  }
  if (encapsulations.has(text)) {
    c.next()
    const hasNumber = text !== 'pppoed' && (c.token.kind === 'num' || c.is('op', '('))
    return done({ type: 'encapsulation', name: text, value: hasNumber ? wrappedNumber(c) : undefined })
  }
  if (text === 'llc') {
    c.next()
    const format = c.token.kind === 'id' || c.is('word', 'rnr') ? c.next().text : undefined
    return done({ type: 'llc', format })
  }
  if (pfFields.has(text)) {
    c.next()
    return pfTerm(c, text, at)
  }
  if (atmNames.has(text)) return named('atm')
  if (mtp2Names.has(text)) return named('mtp2')
  if (fields.has(text)) {
    c.next()
    return done({ type: 'field', name: text, tests: fieldTests(c) })
  }
  return undefined
}
