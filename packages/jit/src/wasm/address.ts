import type { Facts } from '../facts.js'
import { BASE, type Instruction, NONE } from '../ir/format.js'
import { OP } from '../ir/ops.js'
import type { Body, Target } from './code.js'
import type { Locals } from './locals.js'

/** How to stop, or to go elsewhere, when a condition lies on the stack. */
export type Otherwise = (condition: 'always' | 'if') => void

/** An address that has been checked: push it, then load or store at this offset. */
export interface Place {
  push(): void
  readonly offset: number
}

const MOST = 2 ** 31 - 1

/** Pushes how many bytes there are from the base on, as i32; unknown headers have been ruled out. */
const room = (body: Body, locals: Locals, b: number): void => {
  if (b === BASE.window) body.get(locals.length)
  else {
    body.get(locals.offset).get(locals.length).op('add')
    body.get(b === BASE.l3 ? locals.l3 : locals.l4).op('sub')
  }
}

/** Checks that `bytes` bytes are there at base b + register a + imm; exact, without wrap-around. */
export const address = (
  body: Body,
  locals: Locals,
  { op, a, b, imm }: Instruction,
  bytes: number,
  facts: Facts,
  otherwise: Otherwise,
): Place => {
  const base = b === BASE.l3 ? locals.l3 : b === BASE.l4 ? locals.l4 : locals.offset
  const bit = op === OP.LDBIT
  if (b !== BASE.window && facts.proved[b] === 0) {
    body.get(base).i32(0).op('lt_s')
    otherwise('if')
  }
  if (a === NONE) {
    const at = bit ? Math.floor(imm / 8) : imm
    const end = at + bytes
    if (end > MOST) otherwise('always')
    else if (end > facts.proved[b]!) {
      room(body, locals, b)
      body.i32(end).op('lt_s')
      otherwise('if')
    }
    return { push: () => body.get(base), offset: at }
  }
  const x = locals.temporary('x')
  const small = (facts.small & (1 << a)) !== 0
  if (!bit && b === BASE.window && small && imm + bytes <= MOST) {
    // Both are below 2^31, so their sum does not wrap.
    body.get(locals.register(a)).i32(imm).op('add').tee(x)
    body.i32(bytes).op('add').get(locals.length).op('gt_u')
    otherwise('if')
  } else {
    body.get(locals.register(a)).op('extend_u').i64(imm).op('i64_add')
    if (bit) body.i64(3).op('i64_shr_u')
    body.tee(locals.wide)
    body.i64(bytes).op('i64_add')
    room(body, locals, b)
    body.op('extend_s').op('i64_gt_s')
    otherwise('if')
    body.get(locals.wide).op('wrap').set(x)
  }
  return { push: () => body.get(base).get(x).op('add'), offset: 0 }
}

/** Pushes the big-endian word at a place. */
export const loadWord = (body: Body, locals: Locals, { push, offset }: Place): void => {
  const t = locals.temporary('t')
  push()
  body.access('i32_load', offset).tee(t).i32(8).op('rotl').i32(0x00ff00ff).op('and')
  body.get(t).i32(24).op('rotl').i32(0xff00ff00).op('and', 'or')
}

/** Branches to `target`, through {@link Otherwise}. */
export const branch =
  (body: Body, target: Target): Otherwise =>
  (condition) => {
    if (condition === 'always') body.br(target)
    else body.brIf(target)
  }
