import { StreamlineError } from '@netstreamline/core'
import { worstCost } from './cost.js'
import { decode, type Extern, MAILBOX, NONE, type Program, REGISTERS, type Table } from './format.js'
import { type Loop, loopsOf, mayEnter } from './loops.js'
import { hasBase, isIndexed, isReturn, isStore, OP, writes } from './ops.js'
import { falls, jumps } from './targets.js'

/** What a program may have at most. */
export const LIMITS = {
  instructions: 65_536,
  /** Words of memory. */
  memory: 65_536,
  patterns: 256,
  /** Bytes of a pattern. */
  pattern: 256,
  tables: 4096,
  /** Values of all tables together. */
  values: 65_536,
  externs: 256,
  /** Characters of an external function's name. */
  name: 64,
  /** Rounds of one loop. */
  rounds: 65_536,
  /** Loops around one instruction. */
  nesting: 16,
  /** Bytes that HASH takes. */
  hash: 256,
  /** Bytes that SCAN looks at. */
  scan: 65_535,
  /** Units of work that one block may cost, unless {@link verify} is told otherwise. */
  cost: 100_000,
} as const

const known = new Set<number>(Object.values(OP))

const aboutParts = ({ code, memory, patterns = [], tables = [], externs = [] }: Program): string | undefined => {
  const more = (n: number, what: string, most: number) => (n > most ? `${n} ${what}, more than ${most}` : undefined)
  if (code.length === 0) return 'it has no instruction'
  return (
    more(code.length, 'instructions', LIMITS.instructions) ??
    more(memory, 'words of memory', LIMITS.memory) ??
    more(patterns.length, 'patterns', LIMITS.patterns) ??
    more(tables.length, 'tables', LIMITS.tables) ??
    more(tables.reduce((sum, t) => sum + t.length, 0), 'values in tables', LIMITS.values) ??
    more(externs.length, 'external functions', LIMITS.externs) ??
    first(patterns, ({ length }) =>
      length < 1 || length > LIMITS.pattern ? `a pattern of ${length} bytes, not 1 to ${LIMITS.pattern}` : undefined,
    ) ??
    first(tables, aboutTable) ??
    first(externs, aboutExtern)
  )
}
const first = <T>(list: readonly T[], about: (item: T) => string | undefined): string | undefined => {
  for (const item of list) {
    const why = about(item)
    if (why) return why
  }
  return undefined
}
const aboutTable = (table: Table): string | undefined =>
  table.some(([value], n) => n > 0 && value <= table[n - 1]![0]) ? 'the values of a table do not ascend' : undefined
const aboutExtern = ({ name }: Extern): string | undefined =>
  name.length > LIMITS.name || !/^[A-Za-z_][\w.-]*$/.test(name) ? 'an external function without a proper name' : undefined

/** The fields of one instruction by themselves. */
const aboutFields = (program: Program, pc: number): string | undefined => {
  const { op, d, a, b, imm, to } = program.code[pc]!
  if (!known.has(op)) return `unknown operation ${op}`
  if (d >= REGISTERS) return `register ${d}`
  if (a >= REGISTERS && !(isIndexed(op) && a === NONE)) return `register ${a}`
  if (hasBase(op) ? b > 2 : b >= REGISTERS && op !== OP.SCAN && op !== OP.EXT) {
    return `${hasBase(op) ? 'base' : 'register'} ${b}`
  }
  switch (op) {
    case OP.FOR:
      return imm < 1 || imm > LIMITS.rounds ? `${imm} rounds, not 1 to ${LIMITS.rounds}` : undefined
    case OP.SWITCH:
      return imm >= (program.tables?.length ?? 0) ? `table ${imm}` : undefined
    case OP.HASH:
      return to < 1 || to > LIMITS.hash ? `hash of ${to} bytes, not 1 to ${LIMITS.hash}` : undefined
    case OP.SCAN:
      if (b >= (program.patterns?.length ?? 0)) return `pattern ${b}`
      return to < 1 || to > LIMITS.scan ? `scan of ${to} bytes, not 1 to ${LIMITS.scan}` : undefined
    case OP.MBOX:
    case OP.MAIL:
      return imm >= MAILBOX ? `mailbox word ${imm}` : undefined
    case OP.EXT: {
      const extern = program.externs?.[b]
      if (!extern) return `external function ${b}`
      const outside = imm + extern.reads > program.memory || to + extern.writes > program.memory
      return outside ? `${extern.name} uses memory beyond the ${program.memory} words that there are` : undefined
    }
    default:
      return undefined
  }
}

/** Where jumps lead, what loops count by, and that stores come behind EDIT. */
const aboutFlow = (program: Program, loops: readonly (Loop | undefined)[]): string | undefined => {
  const { code } = program
  /** Has the window become the program's own on every way here? Undefined: no way here yet. */
  const own: (boolean | undefined)[] = new Array(code.length)
  own[0] = false
  for (let pc = 0; pc < code.length; pc++) {
    const { op, d } = code[pc]!
    for (let l = loops[pc]; l; l = l.outer) {
      if (l.depth > LIMITS.nesting) return `instruction ${pc}: more than ${LIMITS.nesting} loops around it`
      if (writes(op) && d === l.counter && pc !== l.end) return `instruction ${pc}: writes the counter of its loop`
    }
    for (const to of jumps(program, pc)) {
      if (to <= pc || to >= code.length) return `instruction ${pc}: jumps to ${to}, only forward is allowed`
      if (!mayEnter(loops[pc], loops[to])) return `instruction ${pc}: jumps into a loop, to ${to}`
    }
    const before = own[pc]
    if (isStore(op) && before === false) return `instruction ${pc}: stores and EDIT has not come before on every way`
    if (before === undefined) continue
    const after = before || op === OP.EDIT
    const join = (to: number) => {
      own[to] = after && own[to] !== false
    }
    for (const to of jumps(program, pc)) join(to)
    if (falls(op)) join(pc + 1)
  }
  return undefined
}

const complaint = (program: Program, cost: number): string | undefined => {
  const { code } = program
  const parts = aboutParts(program)
  if (parts) return parts
  for (let pc = 0; pc < code.length; pc++) {
    const why = aboutFields(program, pc)
    if (why) return `instruction ${pc}: ${why}`
  }
  if (!isReturn(code.at(-1)!.op)) return 'it can run past its end'
  const loops = loopsOf(program)
  if (typeof loops === 'string') return loops
  const flow = aboutFlow(program, loops)
  if (flow) return flow
  const worst = worstCost(program, loops)
  return worst > cost ? `a block may cost ${worst} units of work, more than ${cost}` : undefined
}

/**
 * Checks everything that back ends rely on: known operations, registers, tables, jumps forward and none into a loop, an
 * end, and that the dearest way through it costs no more than `cost` units ({@link LIMITS} has all limits). @throws SL_IR
 */
export const verify = (program: Program | Uint8Array, cost: number = LIMITS.cost): Program => {
  const decoded = program instanceof Uint8Array ? decode(program) : program
  const why = complaint(decoded, cost)
  if (why)
    throw new StreamlineError('SL_IR', `the filter IR program is not valid: ${why}`, {
      hint: 'report this to the author of the translator',
    })
  return decoded
}

/** Units of work that one block can cost a verified program at most. */
export const worstCaseCost = (program: Program): number => worstCost(program, loopsOf(program) as (Loop | undefined)[])
