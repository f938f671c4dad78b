import { SEED } from '../ir/compute.js'
import { type Instruction, NONE } from '../ir/format.js'
import { loadWord, type Place } from './address.js'
import type { Body } from './code.js'
import type { Locals } from './locals.js'

/** Pushes the hash of `length` bytes at a place. */
export const hashCode = (body: Body, l: Locals, place: Place, length: number): void => {
  const [h, p, end] = [l.temporary('h'), l.temporary('i'), l.temporary('j')]
  const whole = length - (length % 4)
  const at = (offset: number): Place => ({ push: () => body.get(p), offset })
  const mix = (word: () => void): void => {
    body.get(h)
    word()
    body.op('xor').i32(13).op('rotl').i32(5).op('mul').set(h)
  }
  body.i32(SEED ^ length).set(h)
  place.push()
  body.i32(place.offset).op('add').set(p)
  if (whole > 0) {
    body.get(p).i32(whole).op('add').set(end)
    body.begin('loop', 'hash')
    mix(() => loadWord(body, l, at(0)))
    body.get(p).i32(4).op('add').tee(p).get(end).op('ne').brIf('hash').end()
  }
  if (length % 4) {
    mix(() => {
      for (let k = 0; k < length % 4; k++) {
        body.get(p).access('load8_u', k).i32(24 - 8 * k).op('shl')
        if (k > 0) body.op('or')
      }
    })
  }
  const step = (how: 'shr_u' | 'shl', by: number): void => {
    body.get(h).get(h).i32(by).op(how, how === 'shl' ? 'add' : 'xor').set(h)
  }
  step('shr_u', 16)
  step('shl', 3)
  step('shr_u', 11)
  step('shl', 15)
  step('shr_u', 16)
  body.get(h)
}

/** Pushes 1 + where the pattern first stands in the `to` bytes from register a + imm on, as far as the window goes; or 0. */
export const scanCode = (body: Body, l: Locals, { a, imm, to }: Instruction, pattern: Uint8Array): void => {
  const [p, end, found] = [l.temporary('i'), l.temporary('j'), l.temporary('found')]
  body.i32(0).set(found)
  body.begin('block', 'scanned')
  // Where it begins, if that is inside the window: below 2^31 from then on.
  if (a === NONE) body.i64(imm)
  else body.get(l.register(a)).op('extend_u').i64(imm).op('i64_add')
  body.tee(l.wide).get(l.length).op('extend_s', 'i64_gt_s').brIf('scanned')
  body.get(l.wide).op('wrap').set(p)
  // Last place where it can stand: the range may end before the window, or after it.
  body.get(l.length).get(p).op('sub').i32(to).op('lt_u').begin('if', 'short')
  body.get(l.length).set(end).op('else').get(p).i32(to).op('add').set(end).end()
  body.get(end).i32(pattern.length).op('sub').set(end)
  body.begin('loop', 'scan')
  body.get(p).get(end).op('gt_s').brIf('scanned')
  body.begin('block', 'differs')
  pattern.forEach((byte, k) => {
    body.get(l.offset).get(p).op('add').access('load8_u', k).i32(byte).op('ne').brIf('differs')
  })
  body.get(p).i32(1).op('add').set(found).br('scanned')
  body.end()
  body.get(p).i32(1).op('add').set(p).br('scan')
  body.end()
  body.end()
  body.get(found)
}
