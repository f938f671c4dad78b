import type { Block } from '@netstreamline/core'

/** What of a block says where a packet and its headers lie. */
export type Packet = Pick<Block, 'bytes' | 'offset' | 'length' | 'kind' | 'l3' | 'l4' | 'proto'>

/** A whole packet that was put together somewhere else in the arena, with an identity of its own. */
export type Datagram = Packet & Pick<Block, 'ring' | 'position'>
