/**
 * The Streamline Request Language (§3.1): text, or calls, to requests, and back.
 * @packageDocumentation
 */
export { and, type Builder, fe, not, on, or, parallel, ref, request, sequence } from './builder.js'
export { canonical } from './canonical.js'
export { caret } from './caret.js'
export { LIMITS } from './limits.js'
export { type Parsed, parse, parseWithWarnings } from './parse.js'
export { print } from './print.js'
