/**
 * Standard functional elements. The elements themselves are entries of their own (`dist/fe/*.js`), which the registry
 * finds by the manifest and loads when a request uses them; this module holds their types.
 * @packageDocumentation
 */
export type { PcapOptions } from './fe/pcap.js'
