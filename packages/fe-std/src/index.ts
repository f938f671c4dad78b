/**
 * Standard functional elements. The elements themselves are entries of their own (`dist/fe/*.js`), which the registry
 * finds by the manifest and loads when a request uses them; this module holds the types of their options.
 * @packageDocumentation
 */
export type { AesOptions } from './fe/aes.js'
export type { CompressOptions } from './fe/compress.js'
export type {} from './fe/count.js'
export type { FileOptions } from './fe/file.js'
export type {} from './fe/inspect.js'
export type {} from './fe/intersection.js'
export type { NatOptions } from './fe/nat.js'
export type {} from './fe/null.js'
export type { PcapOptions } from './fe/pcap.js'
export type { PrintOptions } from './fe/print.js'
export type {} from './fe/union.js'
export type {} from './options.protocols.js'
