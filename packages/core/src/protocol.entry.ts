/**
 * The control protocol between spaces: a space served over a channel, and the same space seen from the other end.
 * Specified in `docs/reference/control-protocol.md`. Every step carries a transaction; the serving side keeps the
 * undo log, so the death of either end leaves nothing behind (§4).
 * @packageDocumentation
 */
export { PROTOCOL } from './protocol/messages.js'
export { remote } from './protocol/remote.js'
export { type ServeOptions, serve } from './protocol/serve.js'
