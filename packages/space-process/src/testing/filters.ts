import { CONSUMED, type FunctionalElement, type Held } from '@netstreamline/core'
import { Builder } from '@netstreamline/jit/ir'
import { element } from './harness.js'

const number = (value: unknown): number => Number(value ?? 0)

/** Filters that together use all that a context offers; what each does depends on option `n` and the block alone. */
export const filters: Record<string, FunctionalElement> = {
  /** Classifier from the first byte, 0 among them. */
  classify: element('classify', ({ n }) => (b) => {
    return b.length > 0 ? (b.u8(0) % (2 + number(n))) * 1000 : 0
  }),
  /** A sub-block. */
  narrow: element('narrow', ({ n }) => (b) => {
    const by = Math.min(number(n), b.length)
    b.offset += by
    b.length -= by
    b.kind = 7
    b.l3 = b.offset - by
    b.stream = number(n)
    return by === 0 ? 0 : 3
  }),
  /** Changes everything and then says: not mine. */
  vandal: element('vandal', () => (b) => {
    b.offset += 1
    b.length = 0
    b.kind = b.stream = b.flags = b.l3 = b.l4 = b.proto = b.seconds = b.wireLength = b.ring = b.position = 99
    return 0
  }),
  /** Reads outside every block that is short. */
  latch: element('latch', ({ n }) => (b) => {
    b.u32(number(n))
    return 5
  }),
  consume: element(
    'consume',
    ({ n }) =>
      (b) =>
        b.length % (2 + number(n)) === 0 ? CONSUMED : 1,
  ),
  /** Cuts in two and counts itself. */
  cut: element('cut', ({ n }, context) => (b) => {
    const half = b.length >> 1
    context.emit({ length: half, classifier: number(n) })
    context.emit({ offset: b.offset + half, length: b.length - half, stream: 5, flags: 4 })
    return number(n) % 2 ? CONSUMED : 2
  }),
  /** Keeps blocks and hands them on later, the rest at the end. */
  hold: element(
    'hold',
    ({ n }, context) => {
      const kept: Held[] = []
      const give = (): void => {
        const held = kept.shift()!
        context.emit({ classifier: 9 }, held)
        held.release()
      }
      return {
        process(b) {
          kept.push(context.hold(b))
          if (kept.length > number(n)) give()
          return CONSUMED
        },
        finish() {
          while (kept.length > 0) give()
        },
      }
    },
    'flow',
  ),
  edit: element('edit', ({ n }, context) => (b) => {
    context.edit(b)
    b.bytes.fill(number(n), b.offset, b.offset + Math.min(3, b.length))
    return 1
  }),
  /** Its last word comes when all is over. */
  last: element(
    'last',
    (_options, context) => ({
      process: () => 1,
      finish: () => context.emit({ classifier: 4, length: 0, flags: 2 }),
    }),
    'flow',
  ),
  /** A program of the IR: narrows, trims, renames, then returns a byte, or 0 for what is short. */
  program: element('program', ({ n }) => {
    const b = new Builder({ memory: 4 })
    b.load('LDB', 1, number(n)).special('CLS', 2).alu('ADD', 3, 1, 2)
    b.aluI('AND', 4, 1, 3).addMemory(3, 0, 4).loadMemory(5, 0, 4)
    b.narrow(number(n) >> 1)
      .trimI(20)
      .setKind(11)
      .stream(5)
    const odd = b.label()
    b.jumpI('JSET', 1, 1, odd).return(3).place(odd).load('LDW', 6, 4).return(6)
    return { program: b.finish() }
  }),
}
