/**
 * Where the headers of a captured packet lie, and putting IP fragments together. Shared by the functional elements
 * that look at packets; nothing here reads outside the window it was given.
 * @packageDocumentation
 */
export { DEFRAGMENTED, Defragmenter, type DefragmenterOptions, NOT_A_FRAGMENT, PENDING } from './headers/defragment.js'
export { fragmentOf } from './headers/fragment.js'
export { findNetwork } from './headers/link.js'
export { locate, payloadEnd } from './headers/locate.js'
export type { Datagram, Packet } from './headers/packet.js'
