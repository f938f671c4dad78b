import { StreamlineError } from '@netstreamline/core'
import { readText } from '#text'
import { Problem } from '../problem.js'
import { parseRegex } from '../regex/parse.js'
import { patternError } from './error.js'
import { parseLiteral } from './literal.js'
import { parseRules } from './parse.js'
import { MAX_LITERALS, MAX_TEXT, type Rule } from './rule.js'

/** The options that say what to look for. */
export interface Wanted {
  rules?: string
  text?: string
  patterns?: readonly string[]
  regex?: string
  nocase?: boolean
}

/** A name that can be printed anywhere. */
const nameOf = (text: string): string => {
  const plain = text.replace(/[^\x21-\x7e]/g, '.')
  return plain.length > 32 ? `${plain.slice(0, 31)}…` : plain
}

/** @throws SL_PATTERN with `where` and the column */
const at = <T>(where: string, text: string, read: () => T): T => {
  try {
    return read()
  } catch (e) {
    if (!(e instanceof Problem)) throw e
    throw patternError(e.message, { where, column: e.at + 1, text }, e.hint)
  }
}

/** Patterns are numbered from 1 in their order, the regular expression comes after them. */
const fromPatterns = ({ patterns = [], regex, nocase = false }: Wanted): Rule[] => {
  const rules = patterns.map((text, i): Rule => {
    const where = `pattern ${i + 1}`
    const literal = at(where, text, () => parseLiteral(text))
    return { id: i + 1, name: nameOf(text), pattern: { literal, nocase } }
  })
  if (regex !== undefined) {
    const node = at('regex', regex, () => parseRegex(regex, { i: nocase, m: false, s: false }))
    rules.push({ id: rules.length + 1, name: nameOf(regex), pattern: { regex: node } })
  }
  const bytes = rules.reduce((sum, { pattern }) => sum + ('literal' in pattern ? pattern.literal.length : 0), 0)
  if (rules.length > 65535 || bytes > MAX_LITERALS) {
    throw new StreamlineError('SL_OPTION', `(pattern) takes at most 65535 patterns of together ${MAX_LITERALS} bytes`, {
      option: 'patterns',
    })
  }
  return rules
}

/**
 * The rules that options ask for; a file is read.
 * @throws SL_PATTERN; SL_OPTION for a mixture; SL_NO_FILE, SL_IS_DIRECTORY, SL_PERMISSION, SL_IO
 */
export const rulesOf = async (wanted: Wanted): Promise<readonly Rule[]> => {
  const { rules: path, text, patterns, regex, nocase } = wanted
  const files = (path !== undefined ? 1 : 0) + (text !== undefined ? 1 : 0)
  if (files > 1 || (files === 1 && (patterns || regex !== undefined || nocase !== undefined))) {
    throw new StreamlineError('SL_OPTION', '`rules` and `text` stand alone: their rules have numbers of their own.', {
      option: path === undefined ? 'text' : 'rules',
      hint: 'Write patterns into the rules, or leave those out; nocase stands behind each literal, i behind a /…/.',
    })
  }
  if (files === 0) return fromPatterns(wanted)
  const source = text ?? (await readText(path!, MAX_TEXT))
  const found = parseRules(source, path ?? 'text', path)
  if (found.length > 0) return found
  throw patternError('there is no rule here', { where: path ?? 'text', path, line: 1, column: 1, text: '' })
}
