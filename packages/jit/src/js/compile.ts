import type { Program } from '../ir/format.js'
import { type Frame, interpret } from '../ir/interpret.js'
import { verify } from '../ir/verify.js'
import { emitJavaScript, type Names } from './emit.js'

const names: Names = {
  bytes: 'B',
  wireLength: 'f.wireLength',
  classifier: 'f.classifier',
  offset: 'o',
  length: 'l',
  kind: 'f.kind',
  l3: 'f.l3',
  l4: 'f.l4',
  proto: 'f.proto',
  stream: 'f.stream',
  memory: 'M',
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
 * A program as a function over blocks. Falls back to the reference interpreter where code generation is forbidden;
 * the result is the same.
 * @throws SL_IR when the program is not valid
 */
export const compileProgram = (program: Program | Uint8Array, generate = canGenerate()): ((frame: Frame) => number) => {
  const verified = verify(program)
  const memory = new Uint32Array(verified.memory)
  if (!generate) return (frame) => interpret(verified, frame, memory)
  const text = `return function(f){const B=f.bytes;let o=f.offset,l=f.length,c=0;${emitJavaScript(verified, names)}f.offset=o;f.length=l;return c}`
  return new Function('M', text)(memory)
}
