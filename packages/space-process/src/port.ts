import type { StreamInfo, StreamlineError } from '@netstreamline/core'
import { find } from './context.js'
import type { Memory } from './memory.js'
import { Node } from './node.js'
import type { PortDescriptor } from './port-format.js'
import { PortReader, type PortSize } from './port-reader.js'
import { PortWriter } from './port-writer.js'

export type { PortDescriptor } from './port-format.js'
export type { PortSize } from './port-reader.js'

/** What a port asks of its space. */
export interface PortSurroundings {
  readonly memory: Memory
  readonly size: PortSize
  fail(node: Node, error: StreamlineError): void
}

/**
 * One end of an edge between two spaces, as a node that stands for the far side: `incoming`, a source, whose
 * descriptor `port` the writing side needs; else a sink, which attaches to `port`.
 * @throws SL_ARENA_FULL SL_PROTOCOL SL_RING SL_SPACE_DIED
 */
export const openPort = (
  name: string,
  incoming: boolean,
  port: PortDescriptor | undefined,
  { memory, size, fail }: PortSurroundings,
): { node: Node; port?: PortDescriptor } => {
  const node = new Node(name, 'port', '', true, memory.arena.bytes)
  node.state = 'active'
  if (incoming) {
    const reader = new PortReader(node, memory, size)
    node.instance = reader
    node.port = reader
    node.columns = true
    return { node, port: reader.port }
  }
  const writer = new PortWriter(
    {
      name,
      stream: (id): StreamInfo | undefined => find(node, id),
      fail: (error) => fail(node, error),
    },
    memory.arena,
    port,
  )
  node.instance = writer
  node.port = writer
  return { node }
}
