/** Operation codes, specified in docs/reference/ir.md. What takes an immediate has the code of its register form + 10. */
export const OP = {
  RET: 0, // classifier = r[a] & 0xffff
  RETI: 1, // classifier = imm & 0xffff
  JMP: 2,
  SWITCH: 3, // goes where table imm leads for r[a], else to `to`
  FOR: 4, // r[d] = imm; the body reaches to the LOOP at `to`
  LOOP: 5, // r[d] -= 1; back to `to` while it is not 0
  MOV: 10,
  MOVI: 11,
  NEG: 12,
  NOT: 13,
  ADD: 20,
  SUB: 21,
  MUL: 22,
  DIV: 23,
  MOD: 24,
  AND: 25,
  OR: 26,
  XOR: 27,
  SHL: 28,
  SHR: 29,
  ADDI: 30,
  SUBI: 31,
  MULI: 32,
  DIVI: 33,
  MODI: 34,
  ANDI: 35,
  ORI: 36,
  XORI: 37,
  SHLI: 38,
  SHRI: 39,
  LDB: 40, // d = byte at base[b] + r[a] + imm; outside: goes to `to`, or aborts when that is 0
  LDW: 41, // 16 bits, big endian
  LDD: 42, // 32 bits, big endian
  LDSB: 43,
  LDSW: 44,
  LDBIT: 45, // bit of the window, MSB of byte 0 = bit 0; address in bits
  STB: 46, // byte at base[b] + r[a] + imm = r[d]; EDIT must have come before
  STW: 47,
  STD: 48,
  EDIT: 49, // the window becomes a copy of the program's own
  LEN: 50,
  WLEN: 51,
  CLS: 52,
  KIND: 53,
  PROTO: 54,
  HASH: 55, // d = hash of `to` bytes at base[b] + r[a] + imm
  SCAN: 56, // d = 1 + where pattern b first stands in the `to` bytes at r[a] + imm of the window, or 0
  NOW: 57, // d = capture time in ms
  MBOX: 58, // d = mailbox word imm
  TRIM: 60, // length = min(length, r[a])
  TRIMI: 61,
  NARROW: 62, // offset += r[a] + imm, length -= the same
  SETKIND: 63,
  STREAM: 64, // stream = r[a]
  MAIL: 65, // mailbox word imm = r[a]
  LDM: 70, // d = memory[r[a] + imm]
  STM: 71, // memory[r[a] + imm] = r[b]
  ADDM: 72, // memory[r[a] + imm] += r[b]
  EXT: 73, // calls external function b: reads memory from word imm on, writes from word `to` on
  JEQ: 80,
  JNE: 81,
  JLT: 82,
  JGE: 83,
  JLE: 84,
  JGT: 85,
  JSET: 86,
  JEQI: 90,
  JNEI: 91,
  JLTI: 92,
  JGEI: 93,
  JLEI: 94,
  JGTI: 95,
  JSETI: 96,
  SEQ: 100, // d = r[a] == r[b] ? 1 : 0
  SNE: 101,
  SLT: 102,
  SGE: 103,
  SLE: 104,
  SGT: 105,
  ASR: 106,
  SEQI: 110,
  SNEI: 111,
  SLTI: 112,
  SGEI: 113,
  SLEI: 114,
  SGTI: 115,
  ASRI: 116,
} as const
export type OpName = keyof typeof OP

/** Bytes that an operation reads or writes at an address, 0 for those that do not. */
export const width = (op: number): number => {
  if (op === OP.LDB || op === OP.LDSB || op === OP.LDBIT || op === OP.STB) return 1
  if (op === OP.LDW || op === OP.LDSW || op === OP.STW) return 2
  return op === OP.LDD || op === OP.STD ? 4 : 0
}
export const isLoad = (op: number): boolean => op >= OP.LDB && op <= OP.LDBIT
export const isStore = (op: number): boolean => op >= OP.STB && op <= OP.STD
export const isBranch = (op: number): boolean => op >= OP.JEQ && op <= OP.JSETI
export const isReturn = (op: number): boolean => op === OP.RET || op === OP.RETI
/** Two registers, or a register and an immediate, to a register. */
export const isAlu = (op: number): boolean => (op >= OP.ADD && op <= OP.SHR) || op === OP.ASR
export const isAluImmediate = (op: number): boolean => (op >= OP.ADDI && op <= OP.SHRI) || op === OP.ASRI
export const isSet = (op: number): boolean => op >= OP.SEQ && op <= OP.SGT
export const isSetImmediate = (op: number): boolean => op >= OP.SEQI && op <= OP.SGTI
export const isMemory = (op: number): boolean => op >= OP.LDM && op <= OP.ADDM
/** May its `a` say "no index"? */
export const isIndexed = (op: number): boolean =>
  isLoad(op) || isStore(op) || isMemory(op) || op === OP.NARROW || op === OP.HASH || op === OP.SCAN
/** Does it count from a header? Then `b` is a base. */
export const hasBase = (op: number): boolean => isLoad(op) || isStore(op) || op === OP.HASH

/** Does it write register d? */
export const writes = (op: number): boolean =>
  (op >= OP.MOV && op <= OP.LDBIT) ||
  (op >= OP.LEN && op <= OP.MBOX) ||
  op === OP.LDM ||
  op >= OP.SEQ ||
  op === OP.FOR ||
  op === OP.LOOP
