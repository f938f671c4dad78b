import { Problem } from '../problem.js'
import { alt, BEGIN, cat, END, LINE_BEGIN, LINE_END, type Node, nullable, repeat } from './ast.js'
import { ANY, ByteSet, NO_NEWLINE } from './byte-set.js'
import { charClass } from './char-class.js'
import { readEscape } from './escape.js'

/** Flags of an expression: ignore case (ASCII), `^` and `$` at lines, `.` also for line feeds. */
export interface Flags {
  readonly i: boolean
  readonly m: boolean
  readonly s: boolean
}

/** Groups within groups. */
const MAX_NESTING = 200
/** Of one repeat. */
const MAX_REPEAT = 1000
const encoder = new TextEncoder()
const LOOKAROUND: Readonly<Record<string, string>> = {
  '?=': 'lookahead is not supported',
  '?!': 'lookahead is not supported',
  '?<=': 'lookbehind is not supported',
  '?<!': 'lookbehind is not supported',
  '?>': 'atomic groups are not supported',
  '?(': 'conditions are not supported',
}

class Parser {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  whole(flags: Flags): Node {
    const node = this.#alternatives(flags)
    if (this.#at < this.#text.length) throw new Problem('this ) closes nothing', this.#at, 'Write \\) for it.')
    return node
  }

  /** To the end of the group. Flags set inside, `(?i)`, hold from there to its end. */
  #alternatives(flags: Flags): Node {
    const parts: Node[] = []
    let items: Node[] = []
    let now = flags
    for (;;) {
      const c = this.#text[this.#at]
      if (c === undefined || c === ')' || c === '|') {
        parts.push(cat(items))
        if (c !== '|') return alt(parts)
        items = []
        this.#at++
        continue
      }
      const changed = this.#flagsAlone(now)
      if (changed) now = changed
      else items.push(this.#quantified(now))
    }
  }

  #flagsAlone(flags: Flags): Flags | undefined {
    const match = /^\(\?([a-zA-Z]*)(?:-([a-zA-Z]*))?\)/.exec(this.#text.slice(this.#at, this.#at + 16))
    if (!match) return undefined
    const changed = this.#flags(flags, match[1]!, match[2] ?? '')
    this.#at += match[0].length
    return changed
  }

  #flags(flags: Flags, on: string, off: string): Flags {
    const odd = /[^ims]/.exec(on + off)
    if (odd) throw new Problem(`there is no flag ${odd[0]}`, this.#at, 'Flags are i, m and s.')
    const now = { ...flags }
    for (const flag of on) now[flag as keyof Flags] = true
    for (const flag of off) now[flag as keyof Flags] = false
    return now
  }

  #quantified(flags: Flags): Node {
    const start = this.#at
    const node = this.#atom(flags)
    const rest = this.#text.slice(this.#at, this.#at + 24)
    const [all, sign, low, comma, high] = /^(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})/.exec(rest) ?? []
    if (all === undefined) return node
    if (node.type === 'assert' && this.#text[start] !== '(') {
      throw new Problem('a condition on a place cannot be repeated', this.#at)
    }
    const min = sign === undefined ? Number(low) : sign === '+' ? 1 : 0
    const open = sign === '*' || sign === '+' || (comma !== undefined && high === '')
    const max = open ? Number.POSITIVE_INFINITY : sign === '?' ? 1 : comma === undefined ? min : Number(high)
    const most = open ? min : max
    if (most > MAX_REPEAT) throw new Problem(`at most ${MAX_REPEAT} repeats; here it is ${most}`, this.#at)
    if (min > max) throw new Problem('this repeat has its numbers in the wrong order', this.#at)
    this.#at += all.length
    const after = this.#text[this.#at]
    // How much a repeat takes does not matter: every place where a match can end is one.
    if (after === '?') this.#at++
    if (after === '+') throw new Problem('possessive repeats are not supported', this.#at)
    if (/^(?:[*+?]|\{\d+(?:,\d*)?\})/.test(this.#text.slice(this.#at, this.#at + 24))) {
      throw new Problem('a repeat of a repeat', this.#at, 'Put the first one in a group, (?:a*)*.')
    }
    if (node.type === 'empty') throw new Problem('nothing to repeat', start)
    return repeat(node, min, max)
  }

  #atom(flags: Flags): Node {
    const text = this.#text
    const at = this.#at
    const c = text[at]!
    if (c === '(') return this.#group(flags)
    if (c === '[') {
      const { set, to } = charClass(text, at, flags.i)
      this.#at = to
      return { type: 'set', set }
    }
    if (c === '\\') {
      const found = readEscape(text, at, false)
      this.#at = found.to
      if ('assert' in found) return { type: 'assert', assert: found.assert }
      return { type: 'set', set: flags.i ? found.set.folded() : found.set }
    }
    if ('*+?'.includes(c)) throw new Problem(`nothing to repeat before ${c}`, at, `Write \\${c} for it.`)
    this.#at++
    if (c === '.') return { type: 'set', set: flags.s ? ANY : NO_NEWLINE }
    if (c === '^') return { type: 'assert', assert: flags.m ? LINE_BEGIN : BEGIN }
    if (c === '$') return { type: 'assert', assert: flags.m ? LINE_END : END }
    return this.#character(at, flags)
  }

  /** A character stands for the bytes of its UTF-8. */
  #character(at: number, flags: Flags): Node {
    const character = String.fromCodePoint(this.#text.codePointAt(at)!)
    this.#at = at + character.length
    const one = (byte: number): Node => {
      const set = new ByteSet().add(byte)
      return { type: 'set', set: flags.i ? set.folded() : set }
    }
    return cat(Array.from(encoder.encode(character), one))
  }

  #group(flags: Flags): Node {
    const at = this.#at
    const text = this.#text
    const head = text.slice(at + 1, at + 80)
    for (const [start, message] of Object.entries(LOOKAROUND)) {
      if (head.startsWith(start)) throw new Problem(message, at, 'Matching is in linear time, which rules this out.')
    }
    const [all, on, off] = /^(?:\?P?<[A-Za-z_]\w*>|\?([a-zA-Z]*)(?:-([a-zA-Z]*))?:|(?!\?))/.exec(head) ?? []
    if (all === undefined) throw new Problem('no group of this kind is supported', at)
    const inside = this.#flags(flags, on ?? '', off ?? '')
    if (++this.#depth > MAX_NESTING) throw new Problem(`groups nested deeper than ${MAX_NESTING}`, at)
    this.#at += 1 + all.length
    const node = this.#alternatives(inside)
    if (text[this.#at] !== ')') throw new Problem('this group is never closed', at, 'Write \\( for a bracket.')
    this.#at++
    this.#depth--
    return node
  }
}

/**
 * Parses a regular expression over bytes: a subset of RE2's language, which has no construct that needs more than
 * linear time. @throws Problem
 */
export const parseRegex = (text: string, flags: Flags): Node => {
  const node = new Parser(text).whole(flags)
  if (nullable(node)) {
    throw new Problem('it matches where nothing is, so everywhere', 0, 'Demand at least one byte: + instead of *.')
  }
  return node
}
