import { isStreamlineError } from '@netstreamline/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rulesOf } from './from-options.js'
import { parseLiteral } from './literal.js'
import { parseRules } from './parse.js'

const place = (text: string): unknown => {
  try {
    return parseRules(text, 'rules.txt', 'rules.txt')
  } catch (e) {
    if (!isStreamlineError(e)) throw e
    expect(e.code).toBe('SL_PATTERN')
    return [e.detail['line'], e.detail['column'], e.message.replace(/^[^ ]+ /, '')]
  }
}

describe('a rule file', () => {
  it('has a rule a line, comments and empty lines', () => {
    const text = '# none\r\n\r\n  7  a.b  "x y"  nocase # all\r\n65535 z /a b\\/#/is port=80,100-200 to=client\n'
    const [one, two] = parseRules(text, 'x')
    expect(one).toMatchObject({ id: 7, name: 'a.b', pattern: { literal: parseLiteral('x y'), nocase: true } })
    expect(two).toMatchObject({
      id: 65535,
      name: 'z',
      ports: [
        [80, 80],
        [100, 200],
      ],
      to: 'client',
    })
    expect(two!.pattern).toHaveProperty('regex')
  })

  it('says where a mistake is', () => {
    expect(place('x a "b"')).toEqual([1, 1, "'x' is no rule number"])
    expect(place('\n0 a "b"')).toEqual([2, 1, "'0' is no rule number"])
    expect(place('70000 a "b"')).toEqual([1, 1, "'70000' is no rule number"])
    expect(place('1')).toEqual([1, 2, 'the name of the rule is missing'])
    expect(place('1 a')).toEqual([1, 4, 'the pattern is missing'])
    expect(place('1 a b')).toEqual([1, 5, 'this is no pattern'])
    expect(place('1 a "b')).toEqual([1, 5, 'this " is never closed'])
    expect(place('1 a ""')).toEqual([1, 6, 'an empty pattern would match everywhere'])
    expect(place('1 a "x|0g|"')).toEqual([1, 8, "'0g' is no hexadecimal byte"])
    expect(place('1 a "x|00"')).toEqual([1, 7, 'this | is never closed'])
    expect(place('1 a "\\q"')).toEqual([1, 6, '\\q is not supported'])
    expect(place('1 a /b/x')).toEqual([1, 8, 'there is no flag x'])
    expect(place('1 a /b/ nocase')).toEqual([1, 9, 'nocase is for "text"'])
    expect(place('1 a "b" prot=1')).toEqual([1, 9, "'prot=1' is no option of a rule"])
    expect(place('1 a "b" port=80,70000')).toEqual([1, 17, "'70000' is no port or range of ports"])
    expect(place('1 a "b"\n2 b "c"\n 1 c "d"')).toEqual([3, 2, 'rule 1 is in line 1 already'])
    expect(place('1 a/b "c"')).toEqual([1, 3, "'a/b' is no name of a rule"])
  })

  it('says where in a regular expression a mistake is', () => {
    const wrong: [string, number, string][] = [
      ['(a)\\1', 4, 'backreferences are not supported'],
      ['\\k<x>', 1, 'backreferences are not supported'],
      ['a(?=b)', 2, 'lookahead is not supported'],
      ['a(?!b)', 2, 'lookahead is not supported'],
      ['(?<=a)b', 1, 'lookbehind is not supported'],
      ['(?<!a)b', 1, 'lookbehind is not supported'],
      ['(?>a)', 1, 'atomic groups are not supported'],
      ['a++', 3, 'possessive repeats are not supported'],
      ['a**', 3, 'a repeat of a repeat'],
      ['*a', 1, 'nothing to repeat before *'],
      ['a{1001}', 2, 'at most 1000 repeats; here it is 1001'],
      ['a{3,2}', 2, 'this repeat has its numbers in the wrong order'],
      ['(a', 1, 'this group is never closed'],
      ['a)', 2, 'this ) closes nothing'],
      ['x[a', 2, 'this class is never closed'],
      ['[b-a]', 2, 'this range is in the wrong order'],
      ['[é]', 2, "'é' in a class is not a byte"],
      ['\\p{L}', 1, '\\p is not supported'],
      ['\\x4', 1, '\\x needs two hexadecimal digits'],
      ['[[:nope:]]', 2, 'there is no class [:nope:]'],
      ['[^\\d\\D]', 1, 'no byte is in this class'],
      ['a*', 1, 'it matches where nothing is, so everywhere'],
      ['a|', 1, 'it matches where nothing is, so everywhere'],
    ]
    for (const [regex, column, message] of wrong) {
      expect(place(`12 name /${regex}/`), regex).toEqual([1, 9 + column, message])
    }
    expect(place('1 a /(?:(?:a{1000}){1000}){1000}/')).toBeInstanceOf(Array)
  })

  it('reads literals as bytes', () => {
    expect([...parseLiteral('é|00 FF0a|\\x41\\n\\"\\|\\\\,')]).toEqual([
      0xc3, 0xa9, 0, 255, 10, 65, 10, 34, 124, 92, 44,
    ])
  })

  it('gives rules or a coded error for any text', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '1 a ',
        '/',
        '"',
        '|',
        '\\',
        '(',
        '[',
        ']',
        '{3,}',
        '{9',
        '*',
        '^',
        '?',
        '(?i',
        ':',
        '\n',
        ' nocase',
        '[:',
        '\\x',
        '#',
      ),
      fc.string({ maxLength: 4, unit: 'binary' }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (parts) => {
        place(`1 a ${parts.join('')}`)
        place(parts.join(''))
      }),
      { numRuns: 1000 },
    )
  })
})

describe('options of patterns', () => {
  const refused = async (options: Parameters<typeof rulesOf>[0]) => {
    try {
      return await rulesOf(options)
    } catch (e) {
      return isStreamlineError(e) ? [e.code, e.message] : e
    }
  }
  it('are numbered from 1, the regular expression last', async () => {
    const rules = await rulesOf({ patterns: ['a', 'b'], regex: 'c', nocase: true })
    expect(rules.map(({ id, name }) => [id, name])).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ])
    expect(rules[0]!.pattern).toMatchObject({ nocase: true })
  })
  it('name the place of a mistake, and do not mix with a file', async () => {
    expect(await refused({ patterns: ['a', 'b|0'] })).toEqual([
      'SL_PATTERN',
      'pattern 2, column 2: this | is never closed',
    ])
    expect(await refused({ regex: 'a(' })).toEqual(['SL_PATTERN', 'regex, column 2: this group is never closed'])
    expect(await refused({ text: '1 a "b"', nocase: true })).toEqual(['SL_OPTION', expect.stringMatching(/alone/)])
    expect(await refused({ rules: 'none.txt' })).toEqual(['SL_NO_FILE', "cannot open 'none.txt': no such file"])
    expect(await refused({ rules: '.' })).toEqual(['SL_IS_DIRECTORY', expect.stringMatching(/directory/)])
    expect(await refused({ text: '# nothing' })).toEqual(['SL_PATTERN', 'text:1:1: there is no rule here'])
  })
})
