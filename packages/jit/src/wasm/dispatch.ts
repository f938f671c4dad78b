import { type Case, casesOf, FEW, isDense } from '../dispatch.js'
import type { Table } from '../ir/format.js'
import type { Body } from './code.js'

const search = (body: Body, local: number, cases: readonly Case[]): void => {
  if (cases.length <= FEW) {
    for (const [value, to] of cases) body.get(local).i32(value).op('eq').brIf(to)
    return
  }
  const middle = cases.length >> 1
  body.get(local).i32(cases[middle]![0]).op('lt_s').begin('if', 'search')
  search(body, local, cases.slice(0, middle))
  body.op('else')
  search(body, local, cases.slice(middle))
  body.end()
}

/** Goes where the table leads for a local variable, else to `otherwise`. */
export const switchCode = (body: Body, local: number, table: Table, otherwise: number): void => {
  const cases = casesOf(table, otherwise)
  if (!isDense(cases)) {
    search(body, local, cases)
    body.br(otherwise)
    return
  }
  const first = cases[0]![0]
  const to = new Map(cases)
  const span = cases.at(-1)![0] - first + 1
  body.get(local).i32(first).op('sub', 'br_table').u32(span)
  for (let n = 0; n < span; n++) body.u32(body.depth(to.get(first + n) ?? otherwise))
  body.u32(body.depth(otherwise))
}
