import { type StreamlineError } from '@netstreamline/core'
import type { Memory } from './memory.js'
import type { Node } from './node.js'

export interface PortDescriptor { readonly [k: string]: unknown }
export const openPort = (_name: string, _incoming: boolean, _memory: Memory, _port: PortDescriptor | undefined, _fail: (n: Node, e: StreamlineError) => void): { node: Node; port?: unknown } => {
  throw new Error('placeholder')
}
