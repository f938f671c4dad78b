import { StreamlineError } from '@netstreamline/core'
import { Reader, Writer } from './bytes.js'

/**
 * The filter IR: what fpl3, classic BPF and the portable FEs compile to, and what every back end starts from.
 * The bytes of a program are specified in docs/reference/ir.md. 32 registers of 32 bits, zero at the start of every
 * block; jumps go forward only, but for loops of a stated number of rounds, so every program ends.
 */
export const MAGIC = 0x52494c53
export const VERSION = 2
export const HEADER = 32
export const SIZE = 12
export const REGISTERS = 32
/** As index register: none. */
export const NONE = 255
/** Words that a block carries from program to program. */
export const MAILBOX = 8

/** What a load counts from: the window, the network header, the transport header. */
export const BASE = { window: 0, l3: 1, l4: 2 } as const
export type BaseName = keyof typeof BASE

/** Why a program was stopped, with result 0. */
export const ABORT = { window: 1, memory: 2, division: 3, external: 4 } as const
export type AbortName = keyof typeof ABORT

/** One instruction. `imm` is a u32. */
export interface Instruction {
  readonly op: number
  readonly d: number
  readonly a: number
  readonly b: number
  readonly imm: number
  readonly to: number
}

/** Where a SWITCH goes: by value, ascending. */
export type Table = readonly (readonly [value: number, to: number])[]

/** A function outside that EXT calls: it reads `reads` words of memory, writes `writes`, and is charged `cost`. */
export interface Extern {
  readonly name: string
  readonly reads: number
  readonly writes: number
  readonly cost: number
}

/** A decoded program. */
export interface Program {
  /** Words of persistent memory, private to the instance, zero at first. */
  readonly memory: number
  readonly code: readonly Instruction[]
  /** Are aborts counted? Languages want that; filters, which meet short packets all the time, do not. */
  readonly counted?: boolean
  /** What SCAN looks for. */
  readonly patterns?: readonly Uint8Array[]
  readonly tables?: readonly Table[]
  readonly externs?: readonly Extern[]
}

const COUNTED = 1

/** The bytes of a program. */
export const encode = (program: Program): Uint8Array => {
  const { code, patterns = [], tables = [], externs = [] } = program
  const w = new Writer()
  w.u32(MAGIC).u16(VERSION)
  w.u16(program.counted ? COUNTED : 0).u32(program.memory)
  w.u32(code.length).u32(patterns.length).u32(tables.length).u32(externs.length).u32(0)
  for (const { op, d, a, b, imm, to } of code) w.u8(op).u8(d).u8(a).u8(b).u32(imm).u32(to)
  for (const p of patterns) w.u32(p.length).bytes(p)
  for (const t of tables) {
    w.u32(t.length)
    for (const [value, to] of t) w.u32(value).u32(to)
  }
  for (const { name, reads, writes, cost } of externs) {
    const bytes = Uint8Array.from(name, (c) => c.charCodeAt(0))
    w.u32(reads).u32(writes).u32(cost).u32(bytes.length).bytes(bytes)
  }
  return w.finish()
}

const bad = (why: string): StreamlineError =>
  new StreamlineError('SL_IR', `not a program of the filter IR: ${why}`, {
    hint: 'compile it again with this version of the translator',
  })

/** Reads the bytes of a program; {@link verify} must still accept it. @throws SL_IR */
export const decode = (bytes: Uint8Array): Program => {
  const r = new Reader(bytes, () => bad(`it ends after ${bytes.length} bytes`))
  if (bytes.length < HEADER || r.u32() !== MAGIC) throw bad('no header')
  const version = r.u16()
  if (version !== VERSION) throw bad(`version ${version}, not ${VERSION}`)
  const flags = r.u16()
  if (flags > COUNTED) throw bad(`unknown flags ${flags}`)
  const memory = r.u32()
  const [instructions, patterns, tables, externs] = [r.u32(), r.u32(), r.u32(), r.u32()]
  r.u32()
  const code = r.list(instructions, SIZE, (): Instruction => {
    return { op: r.u8(), d: r.u8(), a: r.u8(), b: r.u8(), imm: r.u32(), to: r.u32() }
  })
  const program: Program = {
    memory,
    code,
    ...(flags & COUNTED && { counted: true }),
    ...(patterns && { patterns: r.list(patterns, 4, () => r.bytes(r.u32())) }),
    ...(tables && { tables: r.list(tables, 4, () => r.list(r.u32(), 8, () => [r.u32(), r.u32()] as const)) }),
    ...(externs && {
      externs: r.list(externs, 16, (): Extern => {
        const [reads, writes, cost] = [r.u32(), r.u32(), r.u32()]
        return { name: String.fromCharCode(...r.bytes(Math.min(r.u32(), 256))), reads, writes, cost }
      }),
    }),
  }
  if (r.left > 0) throw bad(`${r.left} bytes follow it`)
  return program
}
