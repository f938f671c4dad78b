import type { Connections } from './connections.js'

/** What a `tcp` has seen and done, by name. */
export const countersOf = (life: Connections): Record<string, number> => {
  const { streams, ageing } = life
  const { output, bounds, conflicts, tally, table } = streams
  const { gaps } = bounds
  return {
    packets: ageing.packets,
    connections: life.connections,
    streams: output.opened,
    bytes: output.bytes,
    blocks: output.blocks,
    retransmitted: streams.retransmitted,
    outOfOrder: streams.outOfOrder,
    overlaps: conflicts.overlaps,
    conflicts: conflicts.conflicts,
    conflictBytes: conflicts.conflictBytes,
    keepAlives: streams.keepAlives,
    urgentBytes: output.urgentBytes,
    gaps: output.gaps,
    lost: output.lost,
    gapsAcknowledged: gaps.acknowledged,
    gapsTime: gaps.time,
    gapsWindow: gaps.window,
    gapsSegments: gaps.segments,
    gapsMemory: gaps.memory,
    gapsCut: gaps.cut,
    gapsEnd: gaps.end,
    stopped: streams.stopped,
    discarded: bounds.discarded,
    held: tally.cost,
    heldPeak: bounds.peak,
    heldPackets: tally.packets,
    copied: tally.copied,
    copiedBytes: tally.copiedBytes,
    outOfWindow: streams.outOfWindow,
    afterEnd: streams.afterEnd,
    reused: life.reused,
    lateSyns: life.lateSyns,
    resets: life.resets,
    resetsIgnored: life.resetsIgnored,
    ignored: life.ignored,
    known: table.size,
    table: table.bytes,
    evictedEnded: ageing.evicted.ended,
    evictedHalfOpen: ageing.evicted.halfOpen,
    evictedSilent: ageing.evicted.silent,
    timedOutEnded: ageing.timedOut.ended,
    timedOutHalfOpen: ageing.timedOut.halfOpen,
    timedOutSilent: ageing.timedOut.silent,
  }
}
