import type { EdgeResult, NodeResult } from '@netstreamline/control'

/** What came of one request: what it counted, or the code of its error. */
export type Outcome =
  | { readonly nodes: readonly NodeResult[]; readonly edges: readonly EdgeResult[] }
  | { readonly error: string }

/** What the page posts when it has run all requests. */
export interface Answer {
  readonly outcomes: readonly Outcome[]
  /** Functions whose modules the page has loaded. */
  readonly loaded: readonly string[]
  readonly broken: readonly string[]
  /** The page is cross-origin isolated. */
  readonly isolated: boolean
  /** The memory of the arena can be shared with workers. */
  readonly shared: boolean
  /** Code may be generated (`new Function`). */
  readonly generates: boolean
}
