import type { Batch } from './batch.js'
import type { Block, Classifier } from './block.js'
import type { FunctionMeta } from './manifest.js'
import type { Ring } from './ring.js'

/** Looks at one block and says whose it is. The whole of a stateless FE. */
export type Process = (block: Block) => Classifier

/** What an FE's `create` returns when a function is not enough. Every member is optional. */
export interface Instance {
  process?: Process
  /** Instead of `process`: a program of the filter IR (`@netstreamline/jit/ir`), which the space compiles and inlines. */
  program?: Uint8Array
  /** A source: adds at most `batch.limit` blocks. A promise delays the source, not the event loop. */
  pull?(batch: Batch): void | Promise<void>
  /** All input has been seen (topological order); may still emit. */
  finish?(): void | Promise<void>
  /** Capture time has advanced (about every second of capture time). */
  tick?(seconds: number): void
  start?(): void | Promise<void>
  /** Release everything. Called once, also after a failure. */
  stop?(): void | Promise<void>
  /** Named values for `inspect` and the run's result. */
  counters?(): Record<string, number>
  /** Blocks that can be taken now (back-pressure); `Infinity` when left out. */
  credit?(): number
  /** Resolves when `credit` has become positive again. */
  ready?(): Promise<void>
}

/** Who talks in a stream, and what it is called. Set by a multiplexing FE, read by those below. */
export interface StreamInfo {
  /** Stream number as in {@link Block.stream}. */
  readonly id: number
  /** Textual addresses and ports, as far as known. */
  readonly src?: string
  readonly dst?: string
  readonly sport?: number
  readonly dport?: number
  /** A name for files: letters, digits, `.`, `-`, `_` only. */
  readonly name?: string
  /** The stream of the other direction. */
  readonly peer?: number
}

/** A block kept beyond `process`. Its data is copied only when the ring is about to reuse the place (§6). */
export interface Held {
  /** The kept window; read it through a {@link Context.emit} or these fields. `offset` may change between turns. */
  readonly offset: number
  readonly length: number
  release(): void
}

/** Fields of a block to emit that differ from the block in hand. */
export type Emission = Partial<
  Pick<Block, 'offset' | 'length' | 'kind' | 'stream' | 'flags' | 'l3' | 'l4' | 'proto' | 'position' | 'ring'>
> & { classifier?: number }

/** What an FE may ask of its space. */
export interface Context {
  /** Name of the vertex. */
  readonly name: string
  /** How many edges lead here. */
  readonly inputs: number
  /** The space's memory, the same array as {@link Block.bytes}. */
  readonly bytes: Uint8Array
  /**
   * Hands a block to the edges below, now. Times, identity and header positions are those of the block in hand,
   * or of `from`, unless `emission` names others. Default classifier 1.
   */
  emit(emission: Emission, from?: Held): void
  /** Keeps the block in hand (or `length` bytes at `offset` of the arena inside it) until `release`. */
  hold(block: Block, offset?: number, length?: number): Held
  /** A private copy of the window; the block then points to it and keeps its identity. */
  shadow(block: Block): void
  /** Makes the window writable: in place where nobody else reads the data, else by {@link Context.shadow}. */
  edit(block: Block): void
  /** The window as text (UTF-8, copied first: the memory may be shared). */
  text(block: Block): string
  /** What is known about a stream; undefined before START and after END. */
  stream(id: number): StreamInfo | undefined
  /** Makes a stream known. The FE then emits a START block of it. */
  openStream(info: StreamInfo): void
  /** Forgets it, after its END block. */
  closeStream(id: number): void
  /** Blocks that the FEs below can take now. */
  credit(): number
  /** A ring of at least `bytes` of this space's memory. Freed when the instance stops. @throws SL_ARENA_FULL */
  alloc(bytes: number): Ring
  /** Data for the user: one line on standard output (standard error under `--json`). */
  print(line: string): void
  /** Talk for the user: a diagnostic. */
  log(message: string): void
  /** Blocks and bytes that have come in so far. */
  stats(): { blocks: number; bytes: number }
  /** Ends the request with this error after the current breath. Output so far is flushed. */
  fail(error: unknown): void
}

/** An FE: what it declares and how an instance is made. */
export interface FunctionalElement<O = Record<string, unknown>> {
  readonly meta: FunctionMeta
  create(options: O, context: Context): Process | Instance | Promise<Process | Instance>
}

const brand = Symbol.for('netstreamline.fe')

/** Declares a functional element. `meta` goes into the manifest, so it is plain JSON. */
export const defineFE = <O = Record<string, unknown>>(
  meta: FunctionMeta,
  create: FunctionalElement<O>['create'],
): FunctionalElement<O> => ({ meta, create, [brand]: true }) as FunctionalElement<O>

/** True for what {@link defineFE} of this or another copy of core has made. */
export const isFE = (value: unknown): value is FunctionalElement =>
  typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true

/**
 * Options by function name. A package adds its own by declaration merging, which makes `fe('name', options)` typed:
 * `declare module '@netstreamline/core' { interface FEOptions { myfe: { size?: number } } }`.
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface FEOptions {}
