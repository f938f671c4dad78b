import { analyse } from '../facts.js'
import { type Instruction, MAILBOX, type Program } from '../ir/format.js'
import { OP } from '../ir/ops.js'
import { registersOf } from '../ir/operands.js'
import { jumpTargets, shape } from '../structure.js'
import { Body, Code } from './code.js'
import { Locals } from './locals.js'
import { type Imports, type Layout, Operations } from './operations.js'
import { COLUMNS, type Column, type Field, PARAMETERS, RECORD } from './record.js'

const I32 = 0x7f
const I64 = 0x7e

/** Writes the program: leaves its result in the local of that name. Registers begin as 0. */
const writeProgram = (program: Program, body: Body, locals: Locals, layout: Layout, imports: Imports): void => {
  const facts = analyse(program)
  const reached = (pc: number) => facts[pc] !== undefined
  const operations = new Operations(program, body, locals, layout, imports)
  const { code } = program
  body.begin('block', 'end')
  shape(program, jumpTargets(program, reached), {
    open: (to) => body.begin('block', to),
    close: () => body.end(),
    loop: (pc) => {
      const { d, imm } = code[pc]!
      body.i32(imm).set(locals.register(d)).begin('loop', 'again')
    },
    endLoop: (pc) => {
      const counter = locals.register(code[pc]!.d)
      body.get(counter).i32(1).op('sub').tee(counter).brIf('again').end()
    },
    instruction: (pc) => {
      if (reached(pc)) operations.write(code[pc]!, facts[pc]!)
    },
  })
  body.end()
}

const uses = (program: Program, ...ops: number[]): boolean => program.code.some((i: Instruction) => ops.includes(i.op))

/** What a program may make of a block, by field. */
export const changes = (program: Program): readonly ('offset' | 'length' | 'kind' | 'stream' | 'l3' | 'l4')[] => {
  const edits = uses(program, OP.EDIT)
  return [
    ...(edits || uses(program, OP.NARROW) ? (['offset'] as const) : []),
    ...(uses(program, OP.NARROW, OP.TRIM, OP.TRIMI) ? (['length'] as const) : []),
    ...(uses(program, OP.SETKIND) ? (['kind'] as const) : []),
    ...(uses(program, OP.STREAM) ? (['stream'] as const) : []),
    ...(edits ? (['l3', 'l4'] as const) : []),
  ]
}

const finish = (body: Body, locals: Locals): Code => {
  const whole = new Code().u32(2).u32(1).byte(I64).u32(locals.narrow).byte(I32)
  return whole.append(body).byte(0x0b)
}

/** `run`: one block, its fields as parameters; returns the classifier. */
export const runFunction = (program: Program, layout: Layout, imports: Imports): Code => {
  const fields = Object.fromEntries(PARAMETERS.map((name, n) => [name, n])) as Record<Field, number>
  const locals = new Locals(fields, PARAMETERS.length)
  const body = new Body()
  writeProgram(program, body, locals, layout, imports)
  for (const name of changes(program)) {
    body.i32(layout.record).get(fields[name]).access('i32_store', RECORD[name])
  }
  return finish(body.get(locals.temporary('result')), locals)
}

/** May it run over a whole batch before anything below sees a block of it? It must not reach beyond the columns. */
export const runsInBatches = (program: Program): boolean =>
  !uses(program, OP.EDIT, OP.EXT, OP.NOW, OP.MBOX, OP.PROTO, OP.CLS)

/** `batch`: blocks that come fresh from a source, in columns. */
export const batchFunction = (program: Program, layout: Layout, imports: Imports): Code => {
  const parameter = Object.fromEntries(COLUMNS.map((name, n) => [name, n])) as Record<Column, number>
  const first = COLUMNS.length + PARAMETERS.length
  const fields = Object.fromEntries(PARAMETERS.map((name, n) => [name, COLUMNS.length + n])) as Record<Field, number>
  // The fields are locals here, in front of the wide one.
  const locals = new Locals(fields, first)
  const body = new Body()
  const at = locals.temporary('at')
  const end = locals.temporary('last')
  const column = (name: Column): Body => body.get(parameter[name]).get(at).op('add')
  body.get(parameter.count).i32(2).op('shl').set(end)
  body.begin('block', 'done')
  body.begin('loop', 'next')
  body.get(at).get(end).op('ge_u').brIf('done')
  for (const name of ['offset', 'length', 'kind', 'wireLength'] as const) {
    column(name).access('i32_load').set(fields[name])
  }
  for (const name of ['l3', 'l4', 'proto'] as const) body.i32(-1).set(fields[name])
  body.i32(1).set(fields.classifier).i32(0).set(fields.stream)
  for (const r of registersOf(program.code)) body.i32(0).set(locals.register(r))
  body.i32(0).set(locals.temporary('result'))
  for (let w = 0; w < MAILBOX; w++) {
    if (mails(program, w)) body.i32(layout.record).i32(0).access('i32_store', RECORD.mail + 4 * w)
  }
  writeProgram(program, body, locals, layout, imports)
  column('result').get(locals.temporary('result')).access('i32_store')
  const made = changes(program)
  for (const [field, to] of outputs) if (made.includes(field)) column(to).get(fields[field]).access('i32_store')
  const words = Array.from({ length: MAILBOX }, (_, w) => w).filter((w) => mails(program, w))
  for (const w of words) {
    // Words lie one after the other for each block.
    body.get(parameter.mail).get(at).i32(MAILBOX).op('mul', 'add')
    body.i32(layout.record).access('i32_load', RECORD.mail + 4 * w).access('i32_store', 4 * w)
  }
  body.get(at).i32(4).op('add').set(at).br('next')
  body.end()
  body.end()
  return batchLocals(body, locals)
}
const outputs = [
  ['offset', 'newOffset'],
  ['length', 'newLength'],
  ['kind', 'newKind'],
  ['stream', 'newStream'],
] as const

const mails = (program: Program, word: number): boolean =>
  program.code.some((i) => i.op === OP.MAIL && i.imm === word)

const batchLocals = (body: Body, locals: Locals): Code => {
  const whole = new Code().u32(3).u32(PARAMETERS.length).byte(I32).u32(1).byte(I64).u32(locals.narrow).byte(I32)
  return whole.append(body).byte(0x0b)
}
