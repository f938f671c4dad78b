import { H, JEQ, LD, LDX, MEM, X } from '../cbpf/opcodes.js'
import { DLT } from '../linktypes.js'
import { equal } from './compare.js'
import { type Condition, not, statement, test } from './condition.js'
import type { State } from './state.js'

/** Geneve may carry IP without Ethernet: there is a link-layer header only where it and the payload differ. */
const geneveEthernet = (s: State): Condition =>
  not(test([statement(LD | MEM, s.linkHeader.reg), statement(LDX | MEM, s.payload.reg)], JEQ | X, 0))

/**
 * What must hold besides, when the Ethernet header looked at lies inside another protocol; undefined when nothing.
 * ATM LAN emulation: not a control frame.
 */
export const previousHeaderCheck = (s: State): Condition | undefined => {
  if (s.maybeEthernet) return geneveEthernet(s)
  return s.previousLinktype === DLT['SUNATM'] ? not(equal(s, 'previous-link', 4, H, 0xff00)) : undefined
}
