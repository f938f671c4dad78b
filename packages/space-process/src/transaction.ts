import type { StreamlineError } from '@netstreamline/core'
import type { Link, Node } from './node.js'

/** A node as one request sees it: what its counters were when the request joined. */
export interface Member {
  readonly node: Node
  readonly received: { blocks: number; bytes: number }
  readonly sent: readonly [number, number]
}

/** What one transaction has made in this space, so that it can be undone step by step or at once. */
export class Transaction {
  readonly members = new Map<string, Member>()
  readonly links = new Map<string, { link: Link; from: string; to: string; blocks: number; bytes: number }>()
  readonly active = new Set<string>()
  failure: StreamlineError | undefined
  stopping = false
  readonly done: Promise<void>
  settle!: () => void
  #settled = false
  constructor() {
    this.done = new Promise((resolve, reject) => {
      this.settle = () => {
        if (this.#settled) return
        this.#settled = true
        if (this.failure) reject(this.failure)
        else resolve()
      }
    })
    this.done.catch(() => {})
  }
  has(node: Node): boolean {
    for (const member of this.members.values()) if (member.node === node) return true
    return false
  }
  get nodes(): Node[] {
    return [...new Set([...this.members.values()].map((m) => m.node))]
  }
}
