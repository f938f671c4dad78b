import { type Program } from '../ir/format.js'
import { Decider, TooLarge } from './decide.js'
import type { Step } from './decision.js'
import { emitDecision, MAX_OUTCOMES } from './emit.js'
import { branches, type Outcome, type Tree, Trees } from './tree.js'
import { understand } from './understand.js'
import { Values } from './values.js'

/** One program in place of many. */
export interface Decision {
  /** It looks at a block and leaves in the mailbox which of the outcomes apply: outcome n is bit n % 32 of word n / 32. */
  readonly program: Program
  /** Which of the given programs it stands for, by index, ascending. */
  readonly members: readonly number[]
  /** For each member its outcomes and their numbers; where none applies it rejects. */
  readonly outcomes: readonly (readonly (Outcome & { readonly bit: number })[])[]
}

/** Outcomes of one program that are told apart; those with more stay alone. */
const MAX_OF_ONE = 8

const outcomesOf = (root: Tree): Outcome[] => {
  const all = new Set<Outcome>()
  const seen = new Set<Tree>()
  const stack = [root]
  for (let t = stack.pop(); t; t = stack.pop()) {
    if (seen.has(t)) continue
    seen.add(t)
    if (t.kind === 'leaf' && t.outcome.classifier) all.add(t.outcome)
    stack.push(...branches(t))
  }
  return [...all]
}
const sizeOf = (roots: Iterable<Tree>): number => {
  const seen = new Set<Tree>()
  const stack = [...roots]
  for (let t = stack.pop(); t; t = stack.pop()) {
    if (seen.has(t)) continue
    seen.add(t)
    stack.push(...branches(t))
  }
  return seen.size
}
/** The same for programs that differ in constants only, which go well together. */
const shapeOf = (root: Tree): string => {
  const known = new Map<Tree, number>()
  const text: string[] = []
  const visit = (t: Tree): number => {
    const old = known.get(t)
    if (old !== undefined) return old
    const parts = branches(t).map(visit)
    const what = t.kind === 'leaf' ? Number(t.outcome.classifier > 0) : t.kind === 'load' ? t.value.id : t.left.id
    text.push(`${t.kind}${what}:${parts}`)
    known.set(t, known.size)
    return known.size - 1
  }
  visit(root)
  return text.join(';')
}

interface Item {
  /** Programs with this tree, by index. */
  readonly programs: number[]
  readonly tree: Tree
  readonly outcomes: readonly Outcome[]
}

const decide = (items: readonly Item[]): Decision => {
  const bits = new Map<Item, number>()
  let outcomes = 0
  for (const item of items) {
    bits.set(item, outcomes)
    outcomes += item.outcomes.length
  }
  if (outcomes > MAX_OUTCOMES) throw new TooLarge()
  const bit = (item: Item, outcome: Outcome) => bits.get(item)! + item.outcomes.indexOf(outcome)
  const decider = new Decider((n, outcome) => bit(items[n]!, outcome), sizeOf(items.map(({ tree }) => tree)))
  const root: Step = decider.decide(items.map(({ tree }, n) => [n, tree] as const))
  const members = items.flatMap((item) => item.programs.map((program) => ({ program, item })))
  members.sort((x, y) => x.program - y.program)
  return {
    program: emitDecision(root, outcomes),
    members: members.map(({ program }) => program),
    outcomes: members.map(({ item }) => item.outcomes.map((o) => ({ ...o, bit: bit(item, o) }))),
  }
}

/** All in one if that does not become too large; else those that are alike, and then halves. */
const divide = (items: readonly Item[]): Decision[] => {
  try {
    return [decide(items)]
  } catch (error) {
    const tooLarge = error instanceof TooLarge || error instanceof RangeError
    if (!tooLarge && (error as { code?: string }).code !== 'SL_IR') throw error
  }
  if (items.length === 1) return []
  const shapes = new Map<string, Item[]>()
  for (const item of items) {
    const shape = shapeOf(item.tree)
    shapes.set(shape, [...(shapes.get(shape) ?? []), item])
  }
  if (shapes.size > 1) return [...shapes.values()].flatMap(divide)
  const half = items.length >> 1
  return [...divide(items.slice(0, half)), ...divide(items.slice(half))]
}

/**
 * Puts verified programs together that look at the same blocks and do nothing but say what they are (they may trim).
 * What several of them test is tested once, the constants that they compare one value with become a table.
 * Programs that do more, or do not go together, are in none of the decisions; a decision stands for two or more.
 */
export const mergePrograms = (programs: readonly Program[]): Decision[] => {
  const [values, trees] = [new Values(), new Trees()]
  const items = new Map<Tree, Item>()
  programs.forEach((program, n) => {
    const tree = understand(program, values, trees)
    if (!tree) return
    const known = items.get(tree)
    if (known) return void known.programs.push(n)
    const outcomes = outcomesOf(tree)
    if (outcomes.length > 0 && outcomes.length <= MAX_OF_ONE) items.set(tree, { programs: [n], tree, outcomes })
  })
  if (items.size === 0) return []
  return divide([...items.values()]).filter(({ members }) => members.length > 1)
}

/** Is it worth a try? */
export const isMergeable = ({ memory, counted }: Program): boolean => memory === 0 && !counted
