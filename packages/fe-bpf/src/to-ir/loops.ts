import { JA, JMP, type Program } from '../cbpf/opcodes.js'

/** Rounds of a loop that a program of the IR, which jumps forward only, can make; further ones reject. */
export const MAX_ROUNDS = 32

/** One instruction of a program without loops. */
export interface Step {
  /** Its place in the program that it comes from. */
  readonly at: number
  /** Which step stands for an instruction that is jumped to from here; undefined: the loop has gone on too long. */
  to(at: number): number | undefined
}

interface Loop {
  start: number
  end: number
}

/** The stretches that backward jumps go over, in order; those that overlap are one. */
const findLoops = (program: Program): Loop[] => {
  const loops: Loop[] = []
  program.forEach(({ code, k }, end) => {
    let start = end + 1 + (k | 0)
    if (code !== (JMP | JA) || start > end) return
    for (let last = loops.at(-1); last && last.end >= start; last = loops.at(-1)) {
      start = Math.min(start, last.start)
      loops.pop()
    }
    loops.push({ start, end })
  })
  return loops
}

/**
 * The program with every loop (only `protochain` makes them) written out {@link MAX_ROUNDS} times. A chain of more
 * headers than that does not occur outside attacks.
 */
export const unroll = (program: Program): Step[] => {
  const loops = findLoops(program)
  /** Step of each instruction's first round. */
  const first: number[] = []
  const order: { at: number; loop: Loop | undefined; round: number }[] = []
  let next = 0
  for (let at = 0; at < program.length; ) {
    const loop = loops[next]
    if (!loop || at < loop.start) {
      first[at] = order.length
      order.push({ at: at++, loop: undefined, round: 0 })
      continue
    }
    for (let round = 0; round < MAX_ROUNDS; round++) {
      for (let i = loop.start; i <= loop.end; i++) {
        if (round === 0) first[i] = order.length
        order.push({ at: i, loop, round })
      }
    }
    at = loop.end + 1
    next++
  }
  return order.map(
    ({ at, loop, round }): Step => ({
      at,
      to: (target) => {
        if (!loop || target < loop.start || target > loop.end) return first[target]
        const then = target <= at ? round + 1 : round
        return then < MAX_ROUNDS ? first[target]! + then * (loop.end - loop.start + 1) : undefined
      },
    }),
  )
}
