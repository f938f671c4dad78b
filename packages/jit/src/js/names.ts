/** JavaScript expressions (assignable variables, except the first four) that stand for the block in hand. */
export interface Names {
  readonly bytes: string
  readonly wireLength: string
  readonly classifier: string
  /** Capture time in ms, a u32 or its int32. */
  readonly now: string
  readonly offset: string
  readonly length: string
  readonly kind: string
  readonly l3: string
  readonly l4: string
  readonly proto: string
  readonly stream: string
  /** A Uint32Array; only used by programs with memory. */
  readonly memory: string
  /** Mailbox word `word`: an assignable variable. */
  mail(word: number): string
  /** External function `n` of the program. */
  external(n: number): string
  /** Statements that make the window a private copy. */
  readonly edit: string
  /** Statements that note an abort. */
  aborted(why: number): string
  /** Variable that receives the classifier. */
  readonly result: string
  /** Prefix of labels and registers: unique where the text is placed. */
  readonly prefix: string
}
