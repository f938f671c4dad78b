import type { Field } from './record.js'

/** Local variables of a function: the fields of the block, registers, scratch. */
export class Locals {
  readonly #fields: Readonly<Record<Field, number>>
  readonly #named = new Map<string, number>()
  /** Where variables that are no parameters begin. */
  readonly #first: number
  constructor(fields: Readonly<Record<Field, number>>, first: number) {
    this.#fields = fields
    this.#first = first
  }
  get offset(): number {
    return this.#fields.offset
  }
  get length(): number {
    return this.#fields.length
  }
  get l3(): number {
    return this.#fields.l3
  }
  get l4(): number {
    return this.#fields.l4
  }
  field(name: Field): number {
    return this.#fields[name]
  }
  temporary(name: string): number {
    const known = this.#named.get(name)
    if (known !== undefined) return known
    const local = this.#first + 1 + this.#named.size
    this.#named.set(name, local)
    return local
  }
  register(r: number): number {
    return this.temporary(`r${r}`)
  }
  /** The only one of 64 bits. It comes first. */
  get wide(): number {
    return this.#first
  }
  /** How many of 32 bits follow it. */
  get narrow(): number {
    return this.#named.size
  }
}
