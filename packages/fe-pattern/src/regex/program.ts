import { Problem } from '../problem.js'
import { BOUNDARY, LINE_BEGIN, type Node } from './ast.js'
import { ByteSet, WORD } from './byte-set.js'

/** Takes a byte of set `arg`, goes to `next`. */
export const BYTE = 0
/** Goes to `next` and to `arg`. */
export const SPLIT = 1
/** Goes to `next` where condition `arg` holds. */
export const ASSERT = 2
/** Number `arg` has matched. */
export const MATCH = 3

/** Instructions that one expression may have: repeats are written out, so this bounds them. */
export const MAX_INSTRUCTIONS = 10_000

/** The expressions of a matcher as one nondeterministic automaton. */
export interface Program {
  readonly op: Uint8Array
  readonly arg: Int32Array
  readonly next: Int32Array
  /** Where each expression begins. */
  readonly starts: readonly number[]
  /** Which class each byte is in: bytes of a class are the same to all expressions. */
  readonly classOf: Uint8Array
  readonly classes: number
  /** `member[set * classes + class]`: is the class in the set? */
  readonly member: Uint8Array
  /** One byte of each class. */
  readonly byteOf: Uint8Array
}

/** Puts expressions together. */
export class ProgramBuilder {
  readonly #op: number[] = []
  readonly #arg: number[] = []
  readonly #next: number[] = []
  readonly #starts: number[] = []
  readonly #sets: ByteSet[] = []
  readonly #setOf = new Map<string, number>()
  #limit = 0
  #asserts = false

  get size(): number {
    return this.#op.length
  }

  /** Adds an expression, the next number. @throws Problem when it has more than {@link MAX_INSTRUCTIONS} */
  add(node: Node): void {
    this.#limit = this.size + MAX_INSTRUCTIONS
    const match = this.#emit(MATCH, this.#starts.length, -1)
    this.#starts.push(this.#compile(node, match))
  }

  #emit(op: number, arg: number, next: number): number {
    if (this.size >= this.#limit) {
      const message = `it needs more than ${MAX_INSTRUCTIONS} steps, its repeats written out`
      throw new Problem(message, 0, 'Repeat less, or what is shorter.')
    }
    this.#op.push(op)
    this.#arg.push(arg)
    return this.#next.push(next) - 1
  }

  /** Where to begin so that `node` and then `next` are matched. Written from the end to the beginning. */
  #compile(node: Node, next: number): number {
    switch (node.type) {
      case 'empty':
        return next
      case 'set':
        return this.#emit(BYTE, this.#set(node.set), next)
      case 'assert':
        this.#asserts = true
        return this.#emit(ASSERT, node.assert, next)
      case 'cat': {
        let at = next
        for (let i = node.parts.length - 1; i >= 0; i--) at = this.#compile(node.parts[i]!, at)
        return at
      }
      case 'alt': {
        let at = this.#compile(node.parts.at(-1)!, next)
        for (let i = node.parts.length - 2; i >= 0; i--) {
          const one = this.#compile(node.parts[i]!, next)
          at = this.#emit(SPLIT, at, one)
        }
        return at
      }
      case 'repeat':
        return this.#repeat(node.part, node.min, node.max, next)
    }
  }

  #repeat(part: Node, min: number, max: number, next: number): number {
    let at = next
    let copies = min
    if (max === Number.POSITIVE_INFINITY) {
      const loop = this.#emit(SPLIT, next, next)
      const body = this.#compile(part, loop)
      this.#next[loop] = body
      at = min === 0 ? loop : body
      copies = Math.max(0, min - 1)
    } else {
      for (let i = min; i < max; i++) {
        const body = this.#compile(part, at)
        at = this.#emit(SPLIT, next, body)
      }
    }
    for (let i = 0; i < copies; i++) at = this.#compile(part, at)
    return at
  }

  #set(set: ByteSet): number {
    const key = set.key()
    const known = this.#setOf.get(key)
    if (known !== undefined) return known
    this.#setOf.set(key, this.#sets.length)
    return this.#sets.push(set) - 1
  }

  finish(): Program {
    const sets = this.#asserts ? [...this.#sets, WORD, new ByteSet().add(10)] : this.#sets
    const { classOf, classes } = partition(sets)
    const byteOf = new Uint8Array(classes)
    for (let byte = 255; byte >= 0; byte--) byteOf[classOf[byte]!] = byte
    const member = new Uint8Array(this.#sets.length * classes)
    for (const [s, set] of this.#sets.entries()) {
      for (let c = 0; c < classes; c++) if (set.has(byteOf[c]!)) member[s * classes + c] = 1
    }
    return {
      op: Uint8Array.from(this.#op),
      arg: Int32Array.from(this.#arg),
      next: Int32Array.from(this.#next),
      starts: this.#starts,
      classOf,
      classes,
      member,
      byteOf,
    }
  }
}

/** The coarsest division of the bytes in which every set is a union of classes. */
const partition = (sets: readonly ByteSet[]): { classOf: Uint8Array; classes: number } => {
  const classOf = new Uint8Array(256)
  let classes = 1
  for (const set of sets) {
    const moved = new Int16Array(classes).fill(-1)
    const stays = new Uint8Array(classes)
    for (let byte = 0; byte < 256; byte++) if (!set.has(byte)) stays[classOf[byte]!] = 1
    for (let byte = 0; byte < 256; byte++) {
      const old = classOf[byte]!
      if (!set.has(byte) || !stays[old]) continue
      if (moved[old] === -1) moved[old] = classes++
      classOf[byte] = moved[old]!
    }
  }
  return { classOf, classes }
}

/** Does this condition need the byte behind the place? The others are settled by the byte before. */
export const looksAhead = (assert: number): boolean => assert > LINE_BEGIN
/** Is it about words? */
export const aboutWords = (assert: number): boolean => assert >= BOUNDARY
