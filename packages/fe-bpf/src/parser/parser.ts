import { arithmetic, continues, relation } from './arithmetic.js'
import type { AddressType, Arithmetic, Direction, Id, Node, Qualifiers } from './ast.js'
import { Cursor } from './cursor.js'
import { keywordTerm, wlanTerm } from './terms.js'

/**
 * Part of an expression whose nature shows only at its end: a number may be an id (`port 80 or 443`) or begin a
 * comparison, parentheses may hold ids, a whole expression or arithmetic.
 */
type Element =
  | { readonly is: 'number' | 'arithmetic'; readonly value: Arithmetic }
  | { readonly is: 'id'; readonly node: Node; readonly grouped: boolean }
  | { readonly is: 'term'; readonly node: Node; readonly q: Qualifiers | undefined }

const directions = new Set(['src', 'dst', 'addr1', 'addr2', 'addr3', 'addr4', 'ra', 'ta'])
const addressTypes = new Set(['host', 'net', 'port', 'portrange'])
const undirected = new Set(['gateway', 'proto', 'protochain'])

const beginsHead = (c: Cursor): boolean => {
  const { kind, text } = c.token
  return kind === 'word' && (directions.has(text) || addressTypes.has(text) || undirected.has(text))
}

const direction = (c: Cursor): Direction => {
  const first = c.next().text as Direction
  if (first !== 'src' && first !== 'dst') return first
  const joint = c.is('word', 'or') ? 'or' : c.is('word', 'and') ? 'and' : undefined
  if (!joint) return first
  c.next()
  if (!c.takeWord(first === 'src' ? 'dst' : 'src')) c.fail()
  return joint
}

/** `[dir] [type] id` after an optional protocol. */
const head = (c: Cursor, proto: string, at: number): Element => {
  let dir: Direction = 'default'
  let addr: AddressType = 'default'
  if (directions.has(c.token.text)) {
    dir = direction(c)
    if (c.token.kind === 'word' && addressTypes.has(c.token.text)) addr = c.next().text as AddressType
  } else addr = c.next().text as AddressType
  const q: Qualifiers = { proto, dir, addr }
  const node = asId(
    c,
    c.nested(() => element(c, q)),
    q,
  )
  return { is: 'term', node: { ...node, span: c.since(at) }, q }
}

/** An id proper: a name, or an address with or without mask. */
const simpleId = (c: Cursor): Id | undefined => {
  const { kind, text } = c.token
  switch (kind) {
    case 'id':
      c.next()
      return { kind: 'name', text }
    case 'eid':
      c.next()
      return { kind: 'mac', text }
    case 'aid':
      c.next()
      return { kind: 'arcnet', text }
    case 'hid':
      c.next()
      if (c.take('/')) return { kind: 'ip', text, bits: c.number() }
      if (!c.takeWord('mask')) return { kind: 'ip', text }
      if (c.token.kind !== 'hid') c.fail()
      return { kind: 'ip', text, mask: c.next().text }
    case 'hid6':
      c.next()
      return c.take('/') ? { kind: 'ip6', text, bits: c.number() } : { kind: 'ip6', text }
    default:
      return undefined
  }
}

/** The element as an id. */
const asId = (c: Cursor, e: Element, q: Qualifiers | undefined): Node => {
  if (e.is === 'id') return e.node
  if (e.is === 'number' && e.value.type === 'num') {
    return { type: 'id', id: { kind: 'num', value: e.value.value }, q, span: e.value.span }
  }
  return c.fail()
}

/** The rest of a comparison that begins with `left`, or arithmetic alone where parentheses close it. */
const comparison = (c: Cursor, left: Arithmetic): Element => {
  const sum = arithmetic(c, 0, left)
  const op = relation(c)
  if (op === undefined) return { is: 'arithmetic', value: sum }
  const right = arithmetic(c, 0)
  const node: Node = { type: 'relation', relation: op, left: sum, right, span: c.since(left.span.at) }
  return { is: 'term', node, q: undefined }
}

/** What begins with a protocol's name. */
const protocol = (c: Cursor): Element => {
  const { text: proto, at } = c.token
  const term = (node: Node): Element => ({ is: 'term', node, q: undefined })
  if (c.following().kind === 'op' && c.following().text === '[') return comparison(c, arithmetic(c, 6))
  c.next()
  if (c.is('word', 'broadcast') || c.is('word', 'multicast')) {
    return term({ type: 'cast', cast: c.next().text as 'broadcast', proto, span: c.since(at) })
  }
  if (c.is('word', 'type') || c.is('word', 'subtype') || c.is('word', 'dir')) return term(wlanTerm(c))
  if (beginsHead(c)) return head(c, proto, at)
  return term({ type: 'proto', proto, span: c.since(at) })
}

/** What stands between `(` and `)`. */
const group = (c: Cursor, q: Qualifiers | undefined): Element => {
  const first = element(c, q)
  const joined = c.is('word', 'and') || c.is('word', 'or')
  if (first.is === 'arithmetic' || (first.is === 'number' && !joined)) return first
  if (first.is === 'term') return { is: 'term', node: chain(c, first), q }
  if (first.is === 'id' && first.grouped) c.fail()
  const node = asId(c, first, q)
  return { is: 'id', node: joinIds(c, node, q), grouped: true }
}

/** `id or id and id …` in parentheses. */
const joinIds = (c: Cursor, first: Node, q: Qualifiers | undefined): Node => {
  const rest: { op: 'and' | 'or'; node: Node }[] = []
  while (c.is('word', 'and') || c.is('word', 'or')) {
    const op = c.next().text as 'and' | 'or'
    rest.push({ op, node: asId(c, element(c, q), q) })
  }
  return rest.length === 0 ? first : { type: 'chain', first, rest, span: c.since(first.span.at) }
}

const element = (c: Cursor, q: Qualifiers | undefined): Element => {
  const from = c.token.at
  let negations = 0
  while (c.take('!')) negations++
  if (negations > 0) {
    const e = element(c, q)
    const wrap = (of: Node): Node => (negations % 2 === 0 ? of : { type: 'not', of, span: c.since(from) })
    if (e.is === 'term') return { ...e, node: wrap(e.node) }
    return { is: 'id', node: wrap(asId(c, e, q)), grouped: false }
  }
  if (c.take('(')) {
    const inner = c.nested(() => group(c, q))
    c.expect(')')
    if (inner.is === 'number' || inner.is === 'arithmetic') return continues(c) ? comparison(c, inner.value) : inner
    return inner
  }
  const t = c.token
  if (t.kind === 'num') {
    c.next()
    const value: Arithmetic = { type: 'num', value: t.value, span: t }
    return continues(c) ? comparison(c, value) : { is: 'number', value }
  }
  if (c.is('op', '-') || c.is('word', 'len')) return comparison(c, arithmetic(c, 6))
  if (t.kind === 'proto') return protocol(c)
  if (beginsHead(c)) return head(c, 'default', from)
  const id = simpleId(c)
  if (id) return { is: 'id', node: { type: 'id', id, q, span: c.since(from) }, grouped: false }
  const node = keywordTerm(c)
  if (!node) return c.fail()
  return { is: 'term', node, q: undefined }
}

/** `term and term or id …`: an id takes the qualifiers of what stands before it. */
const chain = (c: Cursor, first: Element & { is: 'term' }): Node => {
  const rest: { op: 'and' | 'or'; node: Node }[] = []
  let { q } = first
  while (c.is('word', 'and') || c.is('word', 'or')) {
    const op = c.next().text as 'and' | 'or'
    const e = element(c, q)
    if (e.is === 'term') {
      q = e.q
      rest.push({ op, node: e.node })
    } else rest.push({ op, node: asId(c, e, q) })
  }
  return rest.length === 0 ? first.node : { type: 'chain', first: first.node, rest, span: c.since(first.node.span.at) }
}

/** Parses a pcap-filter expression; undefined for an empty one, which accepts everything. @throws SL_FILTER */
export const parse = (expression: string): Node | undefined => {
  const c = new Cursor(expression)
  if (c.atEnd()) return undefined
  const first = element(c, undefined)
  if (first.is !== 'term') c.fail("say what it is, e.g. 'host 10.0.0.1' or 'port 80'")
  const node = chain(c, first as Element & { is: 'term' })
  if (!c.atEnd()) c.fail("join tests with 'and' or 'or'")
  return node
}
