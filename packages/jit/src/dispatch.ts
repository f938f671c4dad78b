import type { Table } from './ir/format.js'

export type Case = readonly [value: number, to: number]

/** The cases that lead elsewhere than `otherwise`, ordered as int32, as registers are in compiled code. */
export const casesOf = (table: Table, otherwise: number): Case[] =>
  table
    .filter(([, to]) => to !== otherwise)
    .map(([value, to]): Case => [value | 0, to])
    .sort(([x], [y]) => x - y)

/** Are ordered cases so close together that a table of their places pays? */
export const isDense = (cases: readonly Case[]): boolean =>
  cases.length >= 4 && cases.at(-1)![0] - cases[0]![0] < cases.length * 4

/** Cases that are compared one after the other; more are searched. */
export const FEW = 3
