import { type Range, type State, type Step } from './decision.js'
import { branches, type Outcome, type Tree } from './tree.js'
import { isConstant, type Value } from './values.js'

/** Steps that a decision may take more than the programs have by themselves, before it is given up. */
const GROWTH = 4

/** The decision would be too large. */
export class TooLarge extends Error {}

/** What a program looks at next: those that look at the same go on together. */
const concern = (t: Tree): string => {
  if (t.kind === 'load') return `l${t.value.id}`
  if (t.kind === 'leaf') return ''
  return splits(t) ? `s${t.left.id}` : `${t.compare}${t.left.id},${t.right.id}`
}
/** A comparison with a constant, which tells ranges of the value apart. */
const splits = (t: Tree): t is Extract<Tree, { kind: 'test' }> =>
  t.kind === 'test' && t.compare !== 'common' && isConstant(t.right)

/** Where a tree goes that is known to hold a value: past all tests of it. */
const resolve = (t: Tree, value: Value, is: number): Tree => {
  let at = t
  while (splits(at) && at.left === value) {
    const { imm } = at.right
    at = (at.compare === 'equal' ? is === imm : is < imm) ? at.yes : at.no
  }
  return at
}

/** Follows many programs at once. */
export class Decider {
  readonly #outcome: (program: number, outcome: Outcome) => number
  readonly #known = new Map<string, Step>()
  readonly #outcomes = new Map<Tree, readonly Outcome[]>()
  readonly #most: number
  #last = 0
  readonly end: Step = { id: 0, kind: 'end' }

  /**
   * @param outcome the number of a program's outcome
   * @param size decisions of all programs together
   */
  constructor(outcome: (program: number, outcome: Outcome) => number, size: number) {
    this.#outcome = outcome
    this.#most = GROWTH * size + 256
  }

  /** All outcomes but rejection that a tree can come to; more than two are not told apart. */
  #possible(t: Tree): readonly Outcome[] {
    let known = this.#outcomes.get(t)
    if (!known) {
      const all = new Set(t.kind === 'leaf' && t.outcome.classifier ? [t.outcome] : [])
      for (const next of branches(t)) for (const o of this.#possible(next)) if (all.size < 3) all.add(o)
      known = [...all]
      this.#outcomes.set(t, known)
    }
    return known
  }

  /** From here on, for all of them. */
  decide(state: State): Step {
    const found: number[] = []
    const open = state.filter(([program, at]) => {
      if (at.kind !== 'leaf') return true
      if (at.outcome.classifier !== 0) found.push(this.#outcome(program, at.outcome))
      return false
    })
    const next = open.length === 0 ? this.end : this.#step(open)
    return this.#found(found, next)
  }
  #found(found: readonly number[], next: Step): Step {
    if (found.length === 0) return next
    const all = next.kind === 'found' ? [...found, ...next.found] : found
    const then = next.kind === 'found' ? next.next : next
    return this.#make(`f${all},${then.id}`, (id) => ({ id, kind: 'found', found: all, next: then }))
  }
  #make(key: string, make: (id: number) => Step): Step {
    let known = this.#known.get(key)
    if (!known) {
      if (++this.#last > this.#most) throw new TooLarge()
      known = make(this.#last)
      this.#known.set(key, known)
    }
    return known
  }
  #step(state: State): Step {
    const key = state.map(([program, at]) => `${program}:${at.id}`).join()
    const known = this.#known.get(key)
    if (known) return known
    const made = this.#look(state)
    this.#known.set(key, made)
    return made
  }
  /** Looks at what most of them look at, the earliest where several are equal; the others wait. */
  #look(state: State): Step {
    const concerns = new Map<string, number>()
    for (const [, at] of state) concerns.set(concern(at), (concerns.get(concern(at)) ?? 0) + 1)
    let [most] = concerns.keys()
    for (const [what, n] of concerns) if (n > concerns.get(most!)!) most = what
    const concerned = (at: Tree) => concern(at) === most
    const first = state.find(([, at]) => concerned(at))![1]
    const go = (to: (at: Tree) => Tree): State => state.map(([p, at]) => [p, concerned(at) ? to(at) : at] as const)
    if (first.kind === 'load') {
      const inside = this.decide(go((at) => (at as typeof first).inside))
      const outside = this.decide(go((at) => (at as typeof first).outside))
      if (inside === outside) return inside
      return this.#make(`l${first.value.id},${inside.id},${outside.id}`, (id) => {
        return { id, kind: 'load', value: first.value, inside, outside }
      })
    }
    if (first.kind === 'leaf') throw new TooLarge()
    const { left, right, compare } = first
    if (splits(first)) return this.#split(left, state, concerned)
    const yes = this.decide(go((at) => (at as typeof first).yes))
    const no = this.decide(go((at) => (at as typeof first).no))
    if (yes === no) return yes
    return this.#make(`${compare}${left.id},${right.id},${yes.id},${no.id}`, (id) => {
      return { id, kind: 'test', compare, left, right, yes, no }
    })
  }

  /** Tells apart the ranges of a value that tests of all the programs concerned tell apart. */
  #split(value: Value, state: State, concerned: (at: Tree) => boolean): Step {
    const firsts = new Set([0])
    for (const [, start] of state) {
      if (!concerned(start)) continue
      // Each test of a chain may be reached: take the constants of all.
      const chain = [start]
      const seen = new Set<Tree>()
      for (let at = chain.pop(); at; at = chain.pop()) {
        if (seen.has(at) || !splits(at) || at.left !== value) continue
        seen.add(at)
        const { imm } = at.right
        firsts.add(imm)
        if (at.compare === 'equal' && imm < 2 ** 32 - 1) firsts.add(imm + 1)
        chain.push(at.yes, at.no)
      }
    }
    const ordered = [...firsts].sort((x, y) => x - y)
    const states = ordered.map((is) => state.map(([p, at]) => [p, resolve(at, value, is)] as const))
    const most = this.#usual(states)
    const steps = states.map((s) => (s === most ? this.decide(s) : this.#near(s, most)))
    const ranges: Range[] = []
    steps.forEach((next, n) => {
      if (ranges.at(-1)?.next !== next) ranges.push({ first: ordered[n]!, next })
    })
    if (ranges.length === 1) return ranges[0]!.next
    const key = ranges.map(({ first, next }) => `${first}>${next.id}`).join()
    return this.#make(`s${value.id},${key}`, (id) => ({ id, kind: 'split', value, ranges }))
  }
  /** What happens for most values: where each program goes for most ranges. */
  #usual(states: readonly State[]): State {
    const usual = states[0]!.map((_, n) => {
      const votes = new Map<Tree, number>()
      for (const s of states) votes.set(s[n]![1], (votes.get(s[n]![1]) ?? 0) + 1)
      let [best] = votes.keys()
      for (const [at, v] of votes) if (v > votes.get(best!)!) best = at
      return best!
    })
    const at = (s: State) => s.filter(([, t], n) => t === usual[n]).length
    return states.reduce((x, y) => (at(y) > at(x) ? y : x))
  }
  /**
   * Programs that have come to their outcome here, and elsewhere can come to no other, may as well go on with the
   * others: what they find again makes no difference. So one value of many does not make a decision of its own.
   */
  #near(state: State, usual: State): Step {
    const found: number[] = []
    const state2 = state.map(([p, at], n): State[number] => {
      const other = usual[n]![1]
      if (at.kind !== 'leaf' || at.outcome.classifier === 0 || at === other) return [p, at]
      const possible = this.#possible(other)
      if (possible.length > 1 || (possible.length === 1 && possible[0] !== at.outcome)) return [p, at]
      found.push(this.#outcome(p, at.outcome))
      return [p, other]
    })
    return this.#found(found, this.decide(state2))
  }
}
