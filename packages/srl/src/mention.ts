import type { Accept, Request, Vertex } from '@netstreamline/core'
import { isTag } from './node.js'
import { optionText } from './printable.js'
import { quote, valueText } from './quote.js'

/** `>`, `!>`, `22>`, `!80:90>`. */
export const linkText = ({ not, lo, hi }: Accept): string => {
  if (lo === 0 && hi === 0) return not ? '>' : '!>'
  return `${not ? '!' : ''}${lo === hi ? lo : `${lo}:${hi}`}>`
}

/** How the vertices of one request are written, given which of them appear more than once. */
export class Mentions {
  readonly #vertices: readonly Vertex[]
  readonly #names: ReadonlySet<string>
  readonly #often: ReadonlySet<number>

  constructor({ vertices }: Request, often: ReadonlySet<number>) {
    this.#vertices = vertices
    this.#names = new Set(vertices.map((v) => v.name))
    this.#often = often
  }

  /** `(function,option=value,…)`, at its first mention. */
  define(index: number): string {
    const v = this.#vertices[index]!
    const options = Object.entries(v.options).map(([name, value]) => {
      const text = optionText(value, `${v.function}.${name}`)
      return text === undefined ? name : `${name}=${valueText(text)}`
    })
    if (v.space !== undefined) options.push(`space=${valueText(v.space)}`)
    if (v.export) options.push('export')
    if (!isTag(v.name, v.function)) options.push(`name=${v.name}`)
    // An anonymous vertex says its name only where it would be lost, or would be taken for a reference.
    else if (this.#often.has(index) || (options.length === 0 && this.#names.has(v.function)))
      options.push(`name=${quote(v.name)}`)
    return `(${[v.function, ...options].join(',')})`
  }

  /** Any later mention. */
  refer(index: number): string {
    const { name, function: fn } = this.#vertices[index]!
    return isTag(name, fn) ? `(${fn},name=${quote(name)})` : `(${name})`
  }
}
