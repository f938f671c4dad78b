/**
 * Thousands of literal patterns and safe regular expressions over streams: the functional element `pattern`.
 * @packageDocumentation
 */
import type { PatternOptions } from './fe/pattern.js'

export { default as pattern, type PatternOptions } from './fe/pattern.js'

declare module '@netstreamline/core' {
  interface FEOptions {
    pattern: PatternOptions
    ids: PatternOptions
  }
}
