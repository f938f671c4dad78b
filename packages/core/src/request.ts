/** Which classifiers an edge takes: lo..hi inclusive (0..65535), or with `not` all others. */
export interface Accept {
  readonly not: boolean
  readonly lo: number
  readonly hi: number
}

/** A plain edge `>`: everything but 0. */
export const ACCEPTED: Accept = { not: true, lo: 0, hi: 0 }

/** Does the edge take a block of this classifier? CONSUMED (-1) is taken by none. */
export const accepts = (accept: Accept, classifier: number): boolean =>
  classifier >= 0 && (classifier >= accept.lo && classifier <= accept.hi) !== accept.not

/** An option's value: text from SRL, or what the typed API was given. */
export type OptionValue = string | number | boolean | readonly (string | number)[]

/** One functional element of a request. */
export interface Vertex {
  /** Unique in the request: given by `name=`, else `function#k` counted from 1 in text order. */
  readonly name: string
  readonly function: string
  readonly options: Readonly<Record<string, OptionValue>>
  /** Pinned to this space by `space=`. */
  readonly space?: string
  /** Its output is readable from outside under its name. */
  readonly export?: boolean
  /** Where in the text it stands: UTF-16 units, [from, to). */
  readonly span?: readonly [number, number]
}

/** A stream from one vertex to another, by their index in {@link Request.vertices}. */
export interface Edge {
  readonly from: number
  readonly to: number
  readonly accept: Accept
}

/** A trailing edge: what the request hands out. */
export interface Output {
  readonly from: number
  readonly accept: Accept
}

/** A directed acyclic graph of functional elements. Plain JSON. */
export interface Request {
  readonly vertices: readonly Vertex[]
  readonly edges: readonly Edge[]
  readonly outputs: readonly Output[]
  /** The text it was parsed from, for carets. */
  readonly text?: string
}
