import type { Edge, Request, Vertex } from './request.js'

/** An implementation of a function that some space could run. */
export interface Implementation {
  readonly function: string
  /** Package that provides it. */
  readonly package: string
  /** Where to import it from: an absolute URL or a name the space's loader knows. */
  readonly module: string
  readonly target: string
  readonly state: 'none' | 'flow' | 'global'
  readonly unshared?: boolean
}

/** A vertex with the place that the planner has chosen. Plain JSON. */
export interface Placed {
  /** As in the request; `name` and `function` are kept even where a translator changed what runs. */
  readonly vertex: Vertex
  /** What runs: differs from `vertex` after translation. */
  readonly runs: Vertex
  readonly implementation: Implementation
  readonly space: string
  /** Functions passed through by translation, first to last. */
  readonly chain: readonly string[]
  readonly why: string
  /** Places that were considered and lost, each with its reason. */
  readonly lost: readonly { readonly space: string; readonly why: string }[]
  /** Link type (DLT number) that the source was found to deliver. */
  readonly linkType?: number
  /** Where its blocks come from: vertices placed before it. What sharing is decided on (§4). */
  readonly inputs?: readonly { readonly from: string; readonly accept: Edge['accept'] }[]
}

/** Where everything runs. Plain JSON. */
export interface Plan {
  readonly request: Request
  readonly vertices: readonly Placed[]
  readonly edges: readonly Edge[]
}

/** Reverses one step. Calling it again does nothing. */
export type Undo = () => Promise<void> | void

/** Counters of one vertex, absolute since activation. */
export interface VertexCounters {
  readonly blocksIn: number
  readonly blocksOut: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly counters: Readonly<Record<string, number>>
}

/** Counters of what one transaction runs in one space. */
export interface SpaceCounters {
  readonly vertices: Readonly<Record<string, VertexCounters>>
  readonly edges: readonly { from: string; to: string; blocks: number; bytes: number }[]
}

/**
 * One end of a stream that leaves the space. The reading end is connected first and says by `port` how to reach it;
 * the writing end is given that port. What `port` holds is between the two spaces' channel ends.
 */
export interface Connection {
  readonly undo: Undo
  readonly port?: unknown
}

/** An edge by the names of its ends; `remote` says on which side the other space is, `port` how to reach it. */
export interface EdgeStep {
  readonly from: string
  readonly to: string
  readonly accept: Edge['accept']
  /** Which input of `to` this is, from 0. */
  readonly input: number
  readonly remote?: 'from' | 'to'
  readonly space?: string
  readonly port?: unknown
}

/**
 * Somewhere that functional elements run (§3, §4). All steps carry a transaction; each space keeps its own undo
 * log, so `abort(tx)` leaves nothing behind whatever was done before. Undo is idempotent.
 */
export interface Space {
  readonly name: string
  /** Nearness to the source of the data: the lower, the further processing is pushed down (§4). Process 0, kernel -10, device -20. */
  readonly depth: number
  /** Labels of code that it can run, most wanted first, e.g. `ir`, `js`. */
  readonly targets: readonly string[]
  /** Ways for data to and from other spaces, both directions, by the names of their ends. */
  readonly channels?: readonly Pick<Channel, 'ends'>[]
  /**
   * Which of the offered implementations it can run, best first. A vertex that a translator will make has no
   * options yet: they are a placeholder until selection is over (§7.1).
   */
  discover(vertex: Vertex, offers: readonly Implementation[]): Promise<readonly Implementation[]>
  instantiate(placed: Placed, tx: string): Promise<Undo>
  connect(edge: EdgeStep, tx: string): Promise<Connection>
  activate(vertex: string, tx: string): Promise<Undo>
  /** Resolves when every source of the transaction has ended and everything has drained; rejects with its failure. */
  done(tx: string): Promise<void>
  /** Sources first, drain, `finish` in topological order, release. */
  stop(tx: string): Promise<void>
  /** Reverses all steps of the transaction, whatever they were, and forgets it. Calling it again does nothing. */
  abort(tx: string): Promise<void>
  /** What the transaction has counted. Its last values stay readable after `done` and `stop`, until `abort`. */
  counters(tx: string): Promise<SpaceCounters>
  /** What lives in it now; all zero after everything has stopped. For `inspect` and leak checks. */
  census(): Promise<Readonly<Record<string, number>>>
  close(): Promise<void>
}

/** A way between two spaces for control messages (plain JSON); data travels on rings. */
export interface Channel {
  readonly ends: readonly [string, string]
  /** @throws SL_SPACE_DIED when the other end is gone. */
  send(message: unknown): void
  onMessage(handler: (message: unknown) => void): Undo
  /** The other end has gone; called at most once, also when it already has. */
  onClose(handler: (reason: string) => void): Undo
  close(): void
}

/** Turns a vertex into another (§3.1): a language into what a space runs. */
export interface Translator {
  readonly from: string
  readonly to: string
  readonly targets: readonly string[]
  readonly summary?: string
  /** The vertex in the other function; undefined when it cannot. Throws what the user should read (SL_FILTER …). */
  translate(vertex: Vertex, about: TranslateContext): Promise<Vertex | undefined>
}

/** What is known where the vertex stands. */
export interface TranslateContext {
  readonly target: string
  /** Kinds of block that the source delivers, as found by probing; link types by DLT number. */
  readonly kinds: readonly number[]
  /** Snapshot length of the source in bytes. */
  readonly snaplen?: number
}

const brand = Symbol.for('netstreamline.translator')

/** Declares a translator. */
export const defineTranslator = (translator: Translator): Translator => Object.assign(translator, { [brand]: true })

/** True for what {@link defineTranslator} of this or another copy of core has made. */
export const isTranslator = (value: unknown): value is Translator =>
  typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true

/** What a probe has found out about a source before the rest is planned. */
export interface ProbeResult {
  /** Kinds of block that it will deliver. */
  readonly kinds: readonly number[]
  readonly snaplen?: number
  /** Total bytes of input, for progress. */
  readonly size?: number
}
/** Exported as `probe` by the module that a manifest's `probe` names. */
export type Probe = (options: Record<string, unknown>) => Promise<ProbeResult>
