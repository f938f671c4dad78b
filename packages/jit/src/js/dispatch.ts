import { type Case, casesOf, FEW, isDense } from '../dispatch.js'
import type { Table } from '../ir/format.js'

/** Binary search, then comparisons: logarithmic in the number of cases. */
const search = (register: string, cases: readonly Case[], jump: (to: number) => string): string => {
  if (cases.length <= FEW) return cases.map(([value, to]) => `if(${register}===${value})${jump(to)}`).join('')
  const middle = cases.length >> 1
  const [low, high] = [cases.slice(0, middle), cases.slice(middle)]
  return `if(${register}<${cases[middle]![0]}){${search(register, low, jump)}}else{${search(register, high, jump)}}`
}

/** Goes where the table leads for the register's value, else to `otherwise`. */
export const switchText = (
  register: string,
  table: Table,
  otherwise: number,
  jump: (to: number) => string,
): string => {
  const cases = casesOf(table, otherwise)
  if (!isDense(cases)) return `${search(register, cases, jump)}${jump(otherwise)}`
  // Engines make a jump table of this.
  const text = cases.map(([value, to], n) => `case ${value}:${cases[n + 1]?.[1] === to ? '' : jump(to)}`)
  return `switch(${register}){${text.join('')}}${jump(otherwise)}`
}
