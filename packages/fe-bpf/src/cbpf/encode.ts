import { StreamlineError } from '@netstreamline/core'
import type { Instruction, Program } from './opcodes.js'
import { MAX_INSTRUCTIONS, validate } from './validate.js'

/** A program as one line of text: the count and then `code jt jf k` per instruction, separated by commas. */
export const encodeProgram = (program: Program): string =>
  [program.length, ...program.map(({ code, jt, jf, k }) => `${code} ${jt} ${jf} ${k}`)].join(',')

/**
 * Reads what {@link encodeProgram} or the style `ddd` of {@link disassemble} gives (also `tcpdump -ddd` and what
 * iptables' bpf match takes), and validates it.
 * @throws SL_FILTER
 */
export const decodeProgram = (text: string): Program => {
  const bad = (why: string) =>
    new StreamlineError('SL_FILTER', `not a BPF program: ${why}`, {
      hint: 'the first line is the number of instructions, each further one `code jt jf k`',
    })
  const lines = text.trim().split(/\s*[,\n]\s*/)
  const count = Number(lines[0])
  if (!/^\d+$/.test(lines[0]!) || count > MAX_INSTRUCTIONS) throw bad('no number of instructions')
  if (lines.length - 1 !== count) throw bad(`${lines.length - 1} instructions, not ${count}`)
  const program = lines.slice(1).map((line, i): Instruction => {
    const m = /^(\d{1,5}) +(\d{1,3}) +(\d{1,3}) +(\d{1,10})$/.exec(line)
    if (!m) throw bad(`instruction ${i} is '${line.slice(0, 40)}'`)
    return { code: Number(m[1]), jt: Number(m[2]), jf: Number(m[3]), k: Number(m[4]) }
  })
  validate(program)
  return program
}
