import type { Channel, Space } from '@netstreamline/core'

/** Spaces are bits of a mask, so a request sees at most this many. */
export const MAX_SPACES = 31

/** Where data can go: masks of spaces by the index of a space. A space reaches itself. */
export interface Reach {
  /** Spaces that data can get to from here. */
  readonly to: readonly number[]
  /** Spaces that data can come here from. */
  readonly from: readonly number[]
}

/**
 * Data rises by itself: from a lower space into a higher one. Between spaces of one level, and downwards, it needs a
 * channel.
 */
export const reachOf = (spaces: readonly Space[], channels: readonly Pick<Channel, 'ends'>[]): Reach => {
  const linked = new Set(channels.map(({ ends }) => [...ends].sort().join('\n')))
  const passes = (a: Space, b: Space) => a === b || a.depth < b.depth || linked.has([a.name, b.name].sort().join('\n'))
  const mask = (can: (other: Space) => boolean) =>
    spaces.reduce((bits, other, i) => (can(other) ? bits | (1 << i) : bits), 0)
  return {
    to: spaces.map((space) => mask((other) => passes(space, other))),
    from: spaces.map((space) => mask((other) => passes(other, space))),
  }
}

/** What is reached from any space of the mask. */
export const union = (masks: readonly number[], mask: number): number => {
  let all = 0
  for (let rest = mask; rest; rest &= rest - 1) all |= masks[31 - Math.clz32(rest & -rest)]!
  return all
}
