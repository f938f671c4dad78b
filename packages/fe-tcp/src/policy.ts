/**
 * Who wins where segments overlap, as receivers differ in it (V. Paxson and U. Shankar, Active Mapping, 2003; J. Novak
 * and S. Sturges, Target-Based TCP Stream Reassembly, 2007). What has been handed on stays: the question is about
 * segments that wait for the bytes before them.
 */
export type Policy = 'first' | 'last' | 'bsd' | 'linux' | 'windows' | 'solaris'

export const POLICIES: readonly Policy[] = ['first', 'last', 'bsd', 'linux', 'windows', 'solaris']

/** Does the segment that comes now win over one that is held? Places of first bytes, and of those after the last. */
export type Wins = (start: number, end: number, heldStart: number, heldEnd: number) => boolean

/** `linux` goes by how segments were sent, the others by what is left of them. */
export const WHOLE: Policy = 'linux'

// Sequence numbers wrap: only differences mean anything.
const before = (a: number, b: number): boolean => ((a - b) | 0) < 0

/** It begins before the held one does. */
const bsd: Wins = (start, _end, heldStart) => before(start, heldStart)

export const RULES: Readonly<Record<Policy, Wins>> = {
  first: () => false,
  last: () => true,
  bsd,
  // Windows up to XP and 2003; since Vista it keeps what came first.
  windows: bsd,
  // Also when it begins with the held one and is longer.
  linux: (start, end, heldStart, heldEnd) => before(start, heldStart) || (start === heldStart && before(heldEnd, end)),
  // It covers the held one, or begins inside it and reaches further.
  solaris: (start, end, heldStart, heldEnd) =>
    before(heldStart, start) ? before(heldEnd, end) : !before(end, heldEnd),
}
