/** Rings between processes, under Node. */
export { createSharedRing, openSharedRing } from '@netstreamline/rings/node'
