import { StreamlineError } from '@netstreamline/core'
import { Literals } from './literal/automaton.js'
import { Problem } from './problem.js'
import { Dfa } from './regex/dfa.js'
import { plain } from './regex/plain.js'
import { ProgramBuilder } from './regex/program.js'
import type { Rule } from './rules/rule.js'
import type { Machine } from './sink.js'

/** What finds the patterns of some rules, each machine its share. Patterns are numbered as the rules. */
export interface Machines {
  readonly all: readonly Machine[]
  readonly dfa: Dfa | undefined
}

interface Share {
  readonly patterns: Uint8Array[]
  readonly numbers: number[]
}

/**
 * Literals by their case, and regular expressions that are no literals in disguise.
 * @param memory bytes for states of regular expressions
 * @throws SL_PATTERN for an expression that is too long, SL_OPTION when the memory is too little for them
 */
export const buildMachines = (rules: readonly Rule[], memory: number): Machines => {
  const exact: Share = { patterns: [], numbers: [] }
  const folded: Share = { patterns: [], numbers: [] }
  const builder = new ProgramBuilder()
  const numbers: number[] = []
  for (const [n, { pattern, name, id }] of rules.entries()) {
    const literals = 'literal' in pattern ? [pattern] : plain(pattern.regex)
    for (const { literal, nocase } of literals ?? []) {
      const share = nocase ? folded : exact
      share.patterns.push(literal)
      share.numbers.push(n)
    }
    if (literals || !('regex' in pattern)) continue
    try {
      builder.add(pattern.regex)
    } catch (e) {
      if (!(e instanceof Problem)) throw e
      throw new StreamlineError('SL_PATTERN', `rule ${id} (${name}): ${e.message}`, { rule: id, hint: e.hint }, e)
    }
    numbers.push(n)
  }
  const all: Machine[] = []
  if (exact.patterns.length > 0) all.push(new Literals(exact.patterns, exact.numbers, false))
  if (folded.patterns.length > 0) all.push(new Literals(folded.patterns, folded.numbers, true))
  const dfa = numbers.length > 0 ? new Dfa(builder.finish(), memory, numbers) : undefined
  if (dfa) all.push(dfa)
  return { all, dfa }
}
