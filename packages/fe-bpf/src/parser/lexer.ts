import { filterError } from '../error.js'
import { parseIp6 } from '../names/address6.js'
import { constants, keywords, protocols } from './words.js'

/**
 * `word`: a keyword, by its canonical name; `proto`: a protocol qualifier; `hid`: dotted IPv4 (1 to 4 parts); `eid`: a
 * MAC address; `aid`: an ARCnet address ($xx); `id`: any other name (a leading backslash removed); `op`: a sign.
 */
export type TokenKind = 'word' | 'proto' | 'num' | 'hid' | 'hid6' | 'eid' | 'aid' | 'id' | 'op' | 'end'

export interface Token {
  readonly kind: TokenKind
  readonly text: string
  readonly value: number
  readonly at: number
  readonly to: number
}

const patterns = {
  mac: /(?:[0-9a-f]{1,2}(?::[0-9a-f]{1,2}){5}|[0-9a-f]{1,2}(?:-[0-9a-f]{1,2}){5}|[0-9a-f]{1,2}(?:\.[0-9a-f]{1,2}){5}|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}|[0-9a-f]{12})/iy,
  num: /0[xX][0-9a-fA-F]+|[0-9]+/y,
  hid: /(?:0[xX][0-9a-fA-F]+|[0-9]+)(?:\.(?:0[xX][0-9a-fA-F]+|[0-9]+)){1,3}/y,
  badMac: /[0-9a-f]{1,2}:+(?:[0-9a-f]{1,2}:+)+/iy,
  id: /[A-Za-z0-9](?:[-_.A-Za-z0-9]*[.A-Za-z0-9])?/y,
  aid: /\$[0-9a-fA-F]{1,2}/y,
  escaped: /\\[^ !()\n\t]+/y,
  op: />=|<=|!=|==|<<|>>|&&|\|\||[+\-*/%:[\]!<>()&|^=]/y,
  space: /[ \r\n\t]+/y,
}

const match = (pattern: RegExp, text: string, at: number): string => {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

/** The longest IPv6 address at `at`. It is at most 45 characters; more of the same kind are looked at in vain. */
const matchIp6 = (text: string, at: number): string => {
  let end = at
  while (end < text.length && end - at < 48 && /[0-9A-Fa-f:.]/.test(text[end]!)) end++
  const run = text.slice(at, end)
  if (!run.includes('::') && run.split(':').length < 7) return ''
  for (let n = run.length; n > 1; n--) {
    // The numbers of an IPv4 tail may be too large: that is an error and not another token.
    if (parseIp6(run.slice(0, n).replace(/\d+\.\d+\.\d+\.\d+$/, '0.0.0.0')) !== undefined) return run.slice(0, n)
  }
  return ''
}

/** C's notation: 0x… hexadecimal, 0… octal. @throws SL_FILTER when it is no u32. */
const number = (text: string, expression: string, at: number): number => {
  const span = { at, to: at + text.length }
  const octal = /^0[0-9]/.test(text)
  if (octal && /[89]/.test(text)) throw filterError(`number ${text} contains non-octal digit`, expression, span)
  const value = octal ? Number.parseInt(text, 8) : Number(text)
  if (value > 0xffffffff) throw filterError(`number ${text} overflows 32 bits`, expression, span)
  return value
}

/** The tokens of an expression, `end` last: at each place the longest that fits. @throws SL_FILTER */
export const tokenize = (expression: string): Token[] => {
  const tokens: Token[] = []
  let at = 0
  const push = (kind: TokenKind, text: string, length: number, value = 0) => {
    tokens.push({ kind, text, value, at, to: at + length })
    at += length
  }
  for (;;) {
    at += match(patterns.space, expression, at).length
    if (at >= expression.length) break
    const span = { at, to: at + 1 }
    const word = match(patterns.id, expression, at)
    const mac = match(patterns.mac, expression, at)
    const hid = match(patterns.hid, expression, at)
    const num = match(patterns.num, expression, at)
    const ip6 = matchIp6(expression, at)
    const badMac = match(patterns.badMac, expression, at)
    const longest = Math.max(word.length, mac.length, hid.length, num.length, ip6.length, badMac.length)
    if (longest === 0) {
      const escaped = match(patterns.escaped, expression, at)
      const aid = match(patterns.aid, expression, at)
      const sign = match(patterns.op, expression, at)
      if (escaped) push('id', escaped.slice(1), escaped.length)
      else if (aid) push('aid', aid.slice(1), aid.length)
      else if (sign === '&&' || sign === '||') push('word', sign === '&&' ? 'and' : 'or', 2)
      else if (sign) push('op', sign === '==' ? '=' : sign, sign.length)
      else
        throw filterError(
          "can't parse filter expression: syntax error",
          expression,
          span,
          'this character has no meaning here',
        )
    } else if (word.length === longest && protocols.has(word)) push('proto', protocols.get(word)!, longest)
    else if (word.length === longest && keywords.has(word)) {
      const name = keywords.get(word)!
      push(name === '!' ? 'op' : 'word', name, longest)
    } else if (mac.length === longest) push('eid', mac, longest)
    else if (num.length === longest) push('num', num, longest, number(num, expression, at))
    else if (hid.length === longest) push('hid', hid, longest)
    else if (ip6.length === longest) push('hid6', ip6, longest)
    else if (badMac.length === longest) {
      throw filterError(
        `bogus ethernet address ${badMac}`,
        expression,
        { at, to: at + longest },
        'a MAC address is six bytes, e.g. 00:1b:21:3c:4d:5e',
      )
    } else if (constants.has(word)) push('num', word, longest, constants.get(word)!)
    else push('id', word, longest)
  }
  push('end', '', 0)
  return tokens
}
