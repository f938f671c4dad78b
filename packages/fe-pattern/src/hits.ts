import type { Block, Context } from '@netstreamline/core'
import { asksFor, type Ends, endsOf } from './ends.js'
import type { Rule } from './rules/rule.js'
import type { Sink } from './sink.js'

/** A rule that matches in a block, and where in the arena its first match there ends. */
export interface Hit {
  readonly rule: number
  end: number
}

/** Rules that are named in the table, those with most hits. */
const MOST_NAMED = 100

/** Gathers what the machines find in one block. Nothing is allocated for blocks without a match. */
export class Hits implements Sink {
  /** Of the block in hand. Each rule once. */
  readonly list: Hit[] = []
  readonly #rules: readonly Rule[]
  readonly #context: Context
  /** Number of the block in which a rule matched last. */
  readonly #last: Float64Array
  readonly #count: Float64Array
  #number = 0
  #block: Block | undefined
  #ends: Ends | undefined

  constructor(rules: readonly Rule[], context: Context) {
    this.#rules = rules
    this.#context = context
    this.#last = new Float64Array(rules.length)
    this.#count = new Float64Array(rules.length)
  }

  begin(block: Block): void {
    this.#number++
    this.#block = block
    this.#ends = undefined
    if (this.list.length > 0) this.list.length = 0
  }

  /** Who talks in the block in hand. */
  ends(): Ends {
    this.#ends ??= endsOf(this.#block!, this.#context)
    return this.#ends
  }

  match(pattern: number, end: number): void {
    if (this.#last[pattern] === this.#number) return
    const rule = this.#rules[pattern]!
    if ((rule.ports || rule.to) && !asksFor(rule, this.#block!, this.ends())) return
    this.#last[pattern] = this.#number
    this.#count[pattern]!++
    this.list.push({ rule: pattern, end })
  }

  /** The rule that the block is classified by. */
  chosen(first: boolean): Rule {
    let best = this.list[0]!
    for (const hit of this.list) {
      const lower = this.#rules[hit.rule]!.id < this.#rules[best.rule]!.id
      if (first ? hit.end < best.end || (hit.end === best.end && lower) : lower) best = hit
    }
    return this.#rules[best.rule]!
  }

  /** In the order of their ends, then of their numbers. */
  inOrder(): readonly Hit[] {
    const id = ({ rule }: Hit) => this.#rules[rule]!.id
    return this.list.sort((a, b) => a.end - b.end || id(a) - id(b))
  }

  /** Blocks in which each rule has matched, by name. */
  counters(): Record<string, number> {
    const order = Array.from(this.#count.keys()).filter((n) => this.#count[n]! > 0)
    order.sort((a, b) => this.#count[b]! - this.#count[a]! || a - b)
    const counters: Record<string, number> = {
      hits: this.#count.reduce((sum, n) => sum + n, 0),
      rulesHit: order.length,
    }
    for (const n of order.slice(0, MOST_NAMED)) {
      const { name, id } = this.#rules[n]!
      counters[`hits.${id}.${name}`] = this.#count[n]!
    }
    return counters
  }
}
