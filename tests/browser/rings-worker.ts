// A reader in a worker of a browser.

import { attachArena, attachRingReader, type Invitation, type WasmMemory } from '@netstreamline/rings'
import { takeOne } from '../../scripts/campaigns/ring-blocks.mjs'

const scope = globalThis as unknown as {
  onmessage: (event: { data: { memory: WasmMemory; invitation: Invitation; seed: number } }) => void
  postMessage(message: unknown): void
}
scope.onmessage = ({ data: { memory, invitation, seed } }) => {
  const arena = attachArena(memory, 64, 64)
  const reader = attachRingReader(arena, invitation)
  const seen = { right: 0, torn: 0, wrong: 0, last: -1 }
  while (reader.state === 'open') {
    if (!takeOne(reader, arena.bytes, seen, seed) && reader.state === 'open') reader.waitSync(1000)
  }
  const { state, blocks, bytes, lostBlocks, lostBytes } = reader
  scope.postMessage({ seen, reader: { state, blocks, bytes, lostBlocks, lostBytes } })
}
