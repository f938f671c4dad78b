import * as op from './opcodes.js'

const sizes = { [op.W]: 'ld', [op.H]: 'ldh', [op.B]: 'ldb' } as Record<number, string>
const alus: Record<number, string> = {
  [op.ADD]: 'add',
  [op.SUB]: 'sub',
  [op.MUL]: 'mul',
  [op.DIV]: 'div',
  [op.MOD]: 'mod',
  [op.AND]: 'and',
  [op.OR]: 'or',
  [op.XOR]: 'xor',
  [op.LSH]: 'lsh',
  [op.RSH]: 'rsh',
}
/** Operations whose constant operand is printed in hexadecimal. */
const bitwise = new Set([op.AND, op.OR, op.XOR])
const jumps: Record<number, string> = { [op.JEQ]: 'jeq', [op.JGT]: 'jgt', [op.JGE]: 'jge', [op.JSET]: 'jset' }

/** Offsets at which Linux shows what it knows about a packet, from SKF_AD_OFF (-0x1000). */
const ancillary = [
  'proto',
  'type',
  'ifidx',
  'nla',
  'nlan',
  'mark',
  'queue',
  'hatype',
  'rxhash',
  'cpu',
  'vlan_tci',
  'vlanp',
  'payof',
  'rand',
  'vlan_tpid',
]
const absolute = (k: number): string => {
  const at = k - 0xfffff000
  return `[${at >= 0 && at % 4 === 0 ? (ancillary[at / 4] ?? k) : k}]`
}

const signed = (k: number): number => k | 0
const hex = (k: number): string => `#0x${k.toString(16)}`

const text = ({ code, k }: op.Instruction, at: number): [name: string, operand: string] => {
  const mode = op.modeOf(code)
  const src = op.srcOf(code) === op.X
  switch (op.classOf(code)) {
    case op.LD:
      if (mode === op.IMM) return ['ld', hex(k)]
      if (mode === op.MEM) return ['ld', `M[${k}]`]
      if (mode === op.LEN) return ['ld', '#pktlen']
      return [sizes[op.sizeOf(code)] ?? 'unimp', mode === op.ABS ? absolute(k) : `[x + ${signed(k)}]`]
    case op.LDX:
      if (mode === op.IMM) return ['ldx', hex(k)]
      if (mode === op.MEM) return ['ldx', `M[${k}]`]
      if (mode === op.LEN) return ['ldx', '#pktlen']
      return ['ldxb', `4*([${signed(k)}]&0xf)`]
    case op.ST:
      return ['st', `M[${k}]`]
    case op.STX:
      return ['stx', `M[${k}]`]
    case op.ALU: {
      const o = op.opOf(code)
      if (o === op.NEG) return ['neg', '']
      return [alus[o] ?? 'unimp', src ? 'x' : bitwise.has(o) ? hex(k) : `#${signed(k)}`]
    }
    case op.JMP:
      if (op.opOf(code) === op.JA) return ['ja', String(at + 1 + signed(k))]
      return [jumps[op.opOf(code)] ?? 'unimp', src ? 'x' : hex(k)]
    case op.RET:
      return ['ret', (code & 0x18) === op.A ? '' : `#${signed(k)}`]
    default:
      return [(code & 0xf8) === op.TAX ? 'tax' : 'txa', '']
  }
}

const line = (instruction: op.Instruction, at: number): string => {
  const [name, operand] = text(instruction, at)
  const number = `(${String(at).padStart(3, '0')})`
  const { code, jt, jf } = instruction
  if (op.classOf(code) === op.JMP && op.opOf(code) !== op.JA) {
    return `${number} ${name.padEnd(8)} ${operand.padEnd(16)} jt ${at + 1 + jt}\tjf ${at + 1 + jf}`
  }
  return `${number} ${name.padEnd(8)} ${operand}`
}

/**
 * The program as text: `d` for people, `dd` as C, `ddd` as numbers; exactly as `tcpdump -d`, `-dd` and `-ddd` print
 * it, one instruction a line, without a newline at the end.
 */
export const disassemble = (program: op.Program, style: 'd' | 'dd' | 'ddd'): string => {
  if (style === 'd') return program.map(line).join('\n')
  if (style === 'dd') {
    return program
      .map(({ code, jt, jf, k }) => `{ 0x${code.toString(16)}, ${jt}, ${jf}, 0x${k.toString(16).padStart(8, '0')} },`)
      .join('\n')
  }
  return [program.length, ...program.map(({ code, jt, jf, k }) => `${code} ${jt} ${jf} ${k}`)].join('\n')
}
