import { Problem } from '../problem.js'
import { parseRegex } from '../regex/parse.js'
import { patternError } from './error.js'
import { parseLiteral } from './literal.js'
import { MAX_LITERALS, type Pattern, type Rule } from './rule.js'

type Conditions = Pick<Rule, 'ports' | 'to'>

/** One line, read from left to right. */
class Line {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** Undefined for a line that has no rule. @throws Problem */
  rule(): Rule | undefined {
    const first = this.#word()
    if (first === undefined) return undefined
    const id = Number(first.text)
    if (!/^\d{1,5}$/.test(first.text) || id < 1 || id > 65535) {
      throw new Problem(
        `'${short(first.text)}' is no rule number`,
        first.at,
        'A rule begins with a number from 1 to 65535.',
      )
    }
    const name = this.#word()
    if (!name) throw new Problem('the name of the rule is missing', this.#at, 'NUMBER NAME PATTERN [OPTION …]')
    if (!/^[A-Za-z0-9_.:+-]{1,64}$/.test(name.text)) {
      const hint = 'A name has 1 to 64 letters, digits and _ . : + - characters.'
      throw new Problem(`'${short(name.text)}' is no name of a rule`, name.at, hint)
    }
    const pattern = this.#pattern()
    const { nocase, ...conditions } = this.#options('regex' in pattern)
    return { id, name: name.text, pattern: 'regex' in pattern ? pattern : { ...pattern, nocase }, ...conditions }
  }

  #space(): void {
    while (/[ \t]/.test(this.#text[this.#at] ?? '')) this.#at++
    if (this.#text[this.#at] === '#') this.#at = this.#text.length
  }

  #word(): { readonly text: string; readonly at: number } | undefined {
    this.#space()
    const at = this.#at
    while (/[^ \t]/.test(this.#text[this.#at] ?? '')) this.#at++
    return at === this.#at ? undefined : { text: this.#text.slice(at, this.#at), at }
  }

  #pattern(): Pattern {
    this.#space()
    const start = this.#at
    const quote = this.#text[start]
    if (quote !== '"' && quote !== '/') {
      const message = quote === undefined ? 'the pattern is missing' : 'this is no pattern'
      throw new Problem(message, start, 'A pattern is "text" or /regular expression/.')
    }
    let end = start + 1
    while (end < this.#text.length && this.#text[end] !== quote) end += this.#text[end] === '\\' ? 2 : 1
    if (end >= this.#text.length) throw new Problem(`this ${quote} is never closed`, start, `Write \\${quote} inside.`)
    const inside = this.#text.slice(start + 1, end)
    this.#at = end + 1
    const flags = quote === '/' ? this.#flags() : undefined
    try {
      return flags ? { regex: parseRegex(inside, flags) } : { literal: parseLiteral(inside), nocase: false }
    } catch (e) {
      throw e instanceof Problem ? new Problem(e.message, start + 1 + e.at, e.hint) : e
    }
  }

  #flags() {
    const flags = /^[^ \t]*/.exec(this.#text.slice(this.#at, this.#at + 16))![0]
    const odd = flags.search(/[^ims]/)
    if (odd >= 0) throw new Problem(`there is no flag ${flags[odd]}`, this.#at + odd, 'Flags are i, m and s.')
    this.#at += flags.length
    return { i: flags.includes('i'), m: flags.includes('m'), s: flags.includes('s') }
  }

  #options(regex: boolean): Conditions & { nocase: boolean } {
    let nocase = false
    const found: { -readonly [K in keyof Conditions]: Conditions[K] } = {}
    for (;;) {
      const word = this.#word()
      if (!word) return { nocase, ...found }
      const [, name, value = ''] = /^([a-z]+)(?:=(.*))?$/.exec(word.text) ?? []
      const at = word.at + (name?.length ?? 0) + 1
      if (word.text === 'nocase') {
        if (regex) throw new Problem('nocase is for "text"', word.at, 'Write /…/i.')
        nocase = true
      } else if (name === 'port' && word.text !== 'port') found.ports = ports(value, at)
      else if (name === 'to' && (value === 'server' || value === 'client')) found.to = value
      else {
        const hint = 'Options are nocase, port=80,8000-8999, to=server and to=client.'
        throw new Problem(`'${short(word.text)}' is no option of a rule`, word.at, hint)
      }
    }
  }
}

const short = (text: string): string => (text.length > 30 ? `${text.slice(0, 30)}…` : text)

const ports = (text: string, at: number): [number, number][] => {
  let place = at
  return text.split(',').map((part) => {
    const [, low, high = low] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part) ?? []
    const range: [number, number] = [Number(low), Number(high)]
    if (low === undefined || range[1] > 65535 || range[0] > range[1]) {
      throw new Problem(`'${short(part)}' is no port or range of ports`, place)
    }
    place += part.length + 1
    return range
  })
}

/**
 * Reads rules, one a line: `NUMBER NAME PATTERN [OPTION …]`, where the pattern is `"text"` or `/regular expression/flags`.
 * `#` begins a comment.
 * @param where what to call the text in messages
 * @throws SL_PATTERN with line and column
 */
export const parseRules = (text: string, where: string, path?: string): readonly Rule[] => {
  const rules: Rule[] = []
  const lineOf = new Map<number, number>()
  let literals = 0
  for (const [n, line] of text.split(/\r?\n/).entries()) {
    const fail = (message: string, at: number, hint: string) =>
      patternError(message, { where, path, line: n + 1, column: at + 1, text: line }, hint)
    try {
      const rule = new Line(line).rule()
      if (!rule) continue
      const before = lineOf.get(rule.id)
      if (before !== undefined) throw fail(`rule ${rule.id} is in line ${before} already`, line.search(/\d/), '')
      lineOf.set(rule.id, n + 1)
      if ('literal' in rule.pattern) literals += rule.pattern.literal.length
      if (literals > MAX_LITERALS) throw fail(`more than ${MAX_LITERALS >> 20} MiB of literals`, 0, 'Split the rules.')
      rules.push(rule)
    } catch (e) {
      throw e instanceof Problem ? fail(e.message, e.at, e.hint) : e
    }
  }
  return rules
}
