import { isStreamlineError, type StreamlineError } from '@netstreamline/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LIMITS, parse } from './index.js'
import * as arbitrary from './testing/arbitraries.js'

/** The coded error of a text; fails if there is none, or another thing is thrown. */
const errorOf = (text: string): StreamlineError => {
  try {
    parse(text)
  } catch (e) {
    if (isStreamlineError(e)) return e
    throw e
  }
  throw new Error(`${JSON.stringify(text.slice(0, 80))} is no error`)
}

describe('errors say where, what and how to mend it', () => {
  test.each([
    // text, code, line, column, hint
    ['', 'SL_SRL_SYNTAX', 1, 1, 'at least one function'],
    ['(a) > b', 'SL_SRL_SYNTAX', 1, 7, '(b)'],
    ['(a', 'SL_SRL_SYNTAX', 1, 3, 'line 1, column 1 is not closed'],
    ['(a)\n>\n((b) > (c)\n', 'SL_SRL_SYNTAX', 3, 11, 'line 3, column 1 is not closed'],
    ['(a))', 'SL_SRL_SYNTAX', 1, 4, 'No bracket is open'],
    ['(a) (b)', 'SL_SRL_SYNTAX', 1, 5, 'how the two are connected'],
    ['(a) > > (b)', 'SL_SRL_SYNTAX', 1, 7, 'Between two >'],
    ['(a) 23:22> (b)', 'SL_SRL_SYNTAX', 1, 5, 'Write 22:23.'],
    ['(a) 65536> (b)', 'SL_SRL_SYNTAX', 1, 5, '16 bits'],
    ['(a) 1:99999999999999999999> (b)', 'SL_SRL_SYNTAX', 1, 7, '16 bits'],
    ['(a) > 22 (b)', 'SL_SRL_SYNTAX', 1, 7, 'stands before its >'],
    ['(a) 22 (b)', 'SL_SRL_SYNTAX', 1, 8, 'connected'],
    ['(a) 22', 'SL_SRL_SYNTAX', 1, 7, 'followed by its >'],
    ['(a,path=a b)', 'SL_SRL_SYNTAX', 1, 11, 'path="a b"'],
    ['(bpf,expression=tcp port 80) > (b)', 'SL_SRL_SYNTAX', 1, 21, 'expression="tcp port 80"'],
    ['(a,x=b#c)', 'SL_SRL_SYNTAX', 1, 10, 'begins a comment'],
    ['(a,x=)', 'SL_SRL_SYNTAX', 1, 6, '"" for an empty one'],
    ['(a,x=1,y,x=2)', 'SL_SRL_SYNTAX', 1, 10, 'Take one'],
    ['(a,\n  x="b)', 'SL_SRL_SYNTAX', 2, 5, 'Put a "'],
    ['(a,x="\\q")', 'SL_SRL_SYNTAX', 1, 7, 'backslash itself'],
    ['(a,x="\\xg0")', 'SL_SRL_SYNTAX', 1, 7, '\\xHH'],
    ['(a,not=1)', 'SL_SRL_SYNTAX', 1, 4, 'not'],
    ['(and)', 'SL_SRL_SYNTAX', 1, 2, 'cannot be a name'],
    ['(a) AND (b)', 'SL_SRL_SYNTAX', 1, 5, 'small letters'],
    ['(a) && (b)', 'SL_SRL_SYNTAX', 1, 5, 'Write and'],
    ['(a) -> (b)', 'SL_SRL_SYNTAX', 1, 5, 'Write >'],
    ['(a) not (b)', 'SL_SRL_SYNTAX', 1, 5, '(a) and not (b)'],
    ['(a > (b))', 'SL_SRL_SYNTAX', 1, 4, 'brackets of its own'],
    ['(1a)', 'SL_SRL_SYNTAX', 1, 2, 'begins with a letter'],
    ['(été)', 'SL_SRL_SYNTAX', 1, 2, 'name'],
    ['(a,space)', 'SL_SRL_SYNTAX', 1, 4, 'space=process'],
    ['(a,export=perhaps)', 'SL_SRL_SYNTAX', 1, 4, 'export'],
    ['(a,name)', 'SL_SRL_NAME', 1, 4, 'letter'],
    ['(a,name=or)', 'SL_SRL_NAME', 1, 4, 'reserved'],
    ['(a,name="b#1")', 'SL_SRL_NAME', 1, 4, 'anonymous'],
    ['(a,name="a#2")', 'SL_SRL_NAME', 1, 9, 'name="a#1"'],
    ['(a,name=t) | (b,name=t)', 'SL_SRL_NAME', 1, 22, '(t)'],
    ['(a,name="a#1") | (a,name="a#1",x)', 'SL_SRL_NAME', 1, 26, 'another name'],
    ['(a,name=t) > (b) > (t)', 'SL_SRL_CYCLE', 1, 14, 'cycle'],
    ['(a,name=t) > (t)', 'SL_SRL_CYCLE', 1, 1, 'cycle'],
    ['\u{1f600}', 'SL_SRL_SYNTAX', 1, 1, '('],
    ['# \u{1f600}\n(a,x="\u{1f600}" y)', 'SL_SRL_SYNTAX', 2, 10, ''],
    ['__proto__', 'SL_SRL_SYNTAX', 1, 1, ''],
    ['constructor', 'SL_SRL_SYNTAX', 1, 1, '(constructor)'],
    ['(a,__proto__=1)', 'SL_SRL_SYNTAX', 1, 4, 'begins with a letter'],
  ])('%j', (text, code, line, column, hint) => {
    const e = errorOf(text)
    expect(e).toMatchObject({ code, detail: { line, column } })
    expect(e.hint).toContain(hint)
    expect(e.message).toContain(`line ${line}, column ${column}: `)
    expect(e.detail['caret']).toMatch(/^[^\n]*\n\s*\^+$/)
  })

  test('what could have stood there', () => {
    expect(errorOf('((a) (b))').detail['expected']).toEqual([
      '">"',
      'a condition such as 22>',
      '"|"',
      '"and"',
      '"or"',
      '")"',
    ])
    expect(errorOf('(a').message).toBe('line 1, column 3: the request ends too early; expected "," or ")"')
  })

  test('a cycle is told by the names along it', () => {
    const e = errorOf('(x) > (a,name=t) > ((b) | (c)) > (d,name=u) > (e) | (u) > (t)')
    const cycle = e.detail['cycle'] as string[]
    expect([...cycle].sort()).toEqual(['b#1', 't', 'u'])
    expect(e.message).toContain(`${cycle.join(' > ')} > ${cycle[0]}`)
  })
})

describe('limits', () => {
  const chain = (n: number) => `(a)${'>(a)'.repeat(n - 1)}`

  test('vertices: 65,535 are a request, one more is not, whatever else is wrong', () => {
    const { vertices, edges } = parse(chain(65_535))
    expect([vertices.length, edges.length, vertices.at(-1)!.name]).toEqual([65_535, 65_534, 'a#65535'])
    expect(errorOf(`${chain(65_536)})(`).code).toBe('SL_SRL_LIMIT')
    // Synthesized ones count, references do not.
    expect(errorOf(`(a)${' or (a)'.repeat(65_534)}`).code).toBe('SL_SRL_LIMIT')
    expect(parse(`(a,name=t)>(b,name=u)${'|(t)>(u)'.repeat(40_000)}`).vertices).toHaveLength(2)
  })

  test('nesting: 256 brackets and nots', () => {
    const nest = (n: number) => `${'('.repeat(n)}a${')'.repeat(n)}`
    const nots = (n: number) => `${'not '.repeat(n)}(a)`
    const both = (n: number) => `${'not ('.repeat(n)}(a)${')'.repeat(n)}`
    for (const ok of [
      nest(256),
      nots(255),
      both(127),
      `${nots(200)} and ${nots(200)}`,
      `${both(100)} > ${both(100)}`,
      `(a) > (b,x="${'('.repeat(999)}")`,
    ])
      expect(parse(ok).vertices.length).toBeGreaterThan(0)
    for (const bad of [
      nest(257),
      nots(256),
      both(128),
      nest(10_000),
      nots(200_000),
      '('.repeat(LIMITS.text),
      `(a) > ${nest(300)}(`,
    ])
      expect(errorOf(bad).code).toBe('SL_SRL_LIMIT')
    // Everything at once, at the deepest.
    expect(parse(`${'((a)or(b)and(c)|(x)>'.repeat(254)}not(a)${')'.repeat(254)}`).edges.length).toBeGreaterThan(1000)
  })

  test('text: 1 MiB of UTF-8', () => {
    const padded = (n: number, c = 'x') => `(a,x="${c.repeat(n)}")`
    expect(parse(padded(LIMITS.text - padded(0).length)).vertices).toHaveLength(1)
    expect(errorOf(padded(LIMITS.text - padded(0).length + 1)).code).toBe('SL_SRL_LIMIT')
    expect(parse(padded(349_000, '€')).vertices).toHaveLength(1)
    expect(errorOf(padded(350_000, '€')).code).toBe('SL_SRL_LIMIT')
    expect(parse(padded(262_000, '\u{1f600}')).vertices).toHaveLength(1)
    expect(errorOf(padded(262_200, '\u{1f600}')).code).toBe('SL_SRL_LIMIT')
  })

  test('edges: a group before a group multiplies', () => {
    const group = (n: number) => `((a)${'|(a)'.repeat(n - 1)})`
    expect(parse(`${group(500)}>${group(500)}`).edges).toHaveLength(250_000)
    expect(errorOf(`${group(30_000)}>${group(30_000)}`).code).toBe('SL_SRL_LIMIT')
  })
})

describe('hostile texts give a coded error or a request', () => {
  const check = (text: string) => {
    try {
      parse(text)
    } catch (e) {
      if (!isStreamlineError(e)) throw e
      const { line, column, caret } = e.detail as { line: number; column: number; caret: string }
      expect(['SL_SRL_SYNTAX', 'SL_SRL_LIMIT', 'SL_SRL_NAME', 'SL_SRL_CYCLE']).toContain(e.code)
      expect(line > 0 && column > 0 && e.hint.length > 0 && e.message.length < 1000).toBe(true)
      // Nothing that would upset a terminal.
      expect(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(caret + e.message)).toBe(false)
    }
  }

  test('any characters', () => {
    fc.assert(fc.property(arbitrary.anyText, check), { seed: 4, numRuns: 3000 })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => check(String.fromCharCode(...bytes))),
      { seed: 5, numRuns: 3000 },
    )
  })

  test('any tokens', () => {
    const token = fc.constantFrom(
      ...'( ) ( ) | > , = ! : # " and or not a b t 7 22 99999999999999999999 ,name=t ,name=a (a) (t) (b,name=t) \\ \n'.split(
        ' ',
      ),
    )
    fc.assert(
      fc.property(fc.array(token, { maxLength: 40 }), (tokens) => check(tokens.join(' '))),
      { seed: 6, numRuns: 20_000 },
    )
    fc.assert(
      fc.property(fc.array(token, { maxLength: 40 }), (tokens) => check(tokens.join(''))),
      { seed: 7, numRuns: 20_000 },
    )
  })

  test('texts with one character changed', () => {
    fc.assert(
      fc.property(arbitrary.text, fc.nat(), fc.constantFrom(...'()|>!:,="\\#a7 \n\u0000\ud800'), (text, at, c) => {
        const i = at % (text.length + 1)
        check(text.slice(0, i) + c + text.slice(i))
        check(text.slice(0, i) + text.slice(i + 1))
        check(text.slice(0, i))
      }),
      { seed: 8, numRuns: 3000 },
    )
  })

  test.each([
    ['brackets', '()'.repeat(10_000)],
    ['opened', '(a'.repeat(10_000)],
    ['closed', ')'.repeat(LIMITS.text)],
    ['arrows', '>'.repeat(LIMITS.text)],
    ['digits', `(a)${'9'.repeat(LIMITS.text - 4)}>`],
    ['quotes', '"'.repeat(LIMITS.text)],
    ['an open quote', `(a,x="${'\\n'.repeat(500_000)}`],
    ['a long word', `(${'a'.repeat(LIMITS.text - 1)}`],
    ['a long bare value', `(a,x=${'a '.repeat(500_000)}`],
    ['lines', `${'\n'.repeat(LIMITS.text - 1)})`],
    ['comments', '#\n'.repeat(LIMITS.text / 2)],
    ['options', `(a${Array.from({ length: 99_999 }, (_, i) => `,x${i}`).join('')}`],
    ['branches', '(a)|'.repeat(60_000)],
    ['nots and brackets that never close', 'not ('.repeat(100_000)],
    ['closed nots', 'not )'.repeat(100_000)],
    ['NUL', '\0'.repeat(1000)],
    ['half a character', '(a,x="\ud800")\udc00'],
  ])('%s', (_, text) => {
    errorOf(text)
    check(text)
  })

  test('no error touches the prototype of objects', () => {
    for (const text of ['__proto__', 'constructor', 'toString', '__proto__\n']) errorOf(text)
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(Object.getOwnPropertyNames(Object.prototype).filter((key) => /^\d/.test(key))).toEqual([])
  })

  test('a caller that has used up the stack gets a coded error too', () => {
    const text = `${'('.repeat(255)}(a)${')'.repeat(255)}`
    let depth = 0
    const codes: string[] = []
    const descend = (n: number): void => {
      depth++
      if (n > 0) {
        descend(n - 1)
        return
      }
      try {
        parse(text)
        codes.push('ok')
      } catch (e) {
        codes.push(isStreamlineError(e) ? e.code : String(e))
      }
    }
    expect(() => descend(Number.POSITIVE_INFINITY)).toThrow(RangeError)
    const bottom = depth
    descend(0)
    for (const part of [0.5, 0.7, 0.8]) descend(Math.floor(bottom * part))
    expect(codes[0]).toBe('ok')
    for (const code of codes) expect(['ok', 'SL_SRL_LIMIT']).toContain(code)
  })
})
