/** Something is wrong in a pattern: where in its text (UTF-16 units) and what to do. Becomes SL_PATTERN further up. */
export class Problem extends Error {
  readonly at: number
  readonly hint: string
  constructor(message: string, at: number, hint = '') {
    super(message)
    this.at = at
    this.hint = hint
  }
}
