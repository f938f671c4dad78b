import { type External, type Frame, interpret } from '../ir/interpret.js'
import type { Program } from '../ir/format.js'
import { verify } from '../ir/verify.js'
import { emitJavaScript } from './emit.js'
import type { Names } from './names.js'

const names: Names = {
  bytes: 'B',
  wireLength: 'f.wireLength',
  classifier: 'f.classifier',
  now: 'f.now',
  offset: 'o',
  length: 'l',
  kind: 'f.kind',
  l3: 'p3',
  l4: 'p4',
  proto: 'f.proto',
  stream: 'f.stream',
  memory: 'M',
  mail: (word) => `W[${word}]`,
  external: (n) => `X[${n}]`,
  edit: 'f.offset=o;f.length=l;if(f.edit)f.edit();o=f.offset;p3=f.l3;p4=f.l4;',
  aborted: (why) => `f.aborted=${why};`,
  result: 'c',
  prefix: 'p',
}

/** May code be made from text here? Not under a strict content security policy. */
export const canGenerate = (): boolean => {
  try {
    return new Function('return true')()
  } catch {
    return false
  }
}

/**
 * A program as a function over blocks, with memory of its own. Falls back to the reference interpreter where code
 * generation is forbidden; the result is the same.
 * @param externals the functions that the program's externs name
 * @throws SL_IR when the program is not valid
 */
export const compileProgram = (
  program: Program | Uint8Array,
  generate = canGenerate(),
  externals: readonly External[] = [],
): ((frame: Frame) => number) => {
  const verified = verify(program)
  const memory = new Uint32Array(verified.memory)
  if (!generate) return (frame) => interpret(verified, frame, memory, externals)
  const start = 'const B=f.bytes,W=f.mail||N;let o=f.offset,l=f.length,p3=f.l3,p4=f.l4,c=0;'
  const text = `return function(f){${start}${emitJavaScript(verified, names)}f.offset=o;f.length=l;return c}`
  // Without a mailbox reads give 0 and writes are lost: an array of no length does just that.
  return new Function('M', 'X', 'N', text)(memory, externals, new Uint32Array(0))
}
