import { B, W } from '../cbpf/opcodes.js'
import { DLT } from '../linktypes.js'
import { bytesEqual, equal } from './compare.js'
import type { Condition } from './condition.js'
import type { State } from './state.js'

const names = (text: string): ReadonlyMap<string, number> =>
  new Map(text.split(' ').map((name, i) => [name, i] as const))

/** Reasons and actions by number, as OpenBSD's packet filter logs them. */
const reasons = names(
  'match bad-offset fragment short normalize memory bad-timestamp congestion ip-option proto-cksum state-mismatch ' +
    'state-insert state-limit src-limit synproxy',
)
const actions = names('pass drop scrub noscrub nat nonat binat nobinat rdr nordr synproxy-drop')
/** Other names, and what the systems have added each for itself: the same number means something else elsewhere. */
const moreReasons: Record<string, number> = {
  'map-failed': 15,
  'state-locked': 15,
  translate: 15,
  'no-route': 16,
  dummynet: 15,
}
const moreActions: Record<string, number> = {
  accept: 0,
  block: 1,
  defer: 11,
  divert: 12,
  rt: 13,
  afrt: 14,
  dummynet: 11,
  nodummynet: 12,
  nat64: 13,
  nonat64: 14,
}
const numberOf = (common: ReadonlyMap<string, number>, more: Record<string, number>, name: string) =>
  common.get(name) ?? (Object.hasOwn(more, name) ? more[name] : undefined)

/** Fields of the header of a pflog file: offset and bytes. */
const IFNAME = [4, 16] as const
const RULESET = [20, 16] as const
const RULE_NUMBER = 36
const SUBRULE_NUMBER = 40
export const PF_DIRECTION = 60

const text = (s: State, value: string, [at, size]: readonly [number, number], what: string): Condition => {
  const bytes = [...value].map((c) => c.charCodeAt(0) & 0xff)
  if (bytes.length >= size) s.fail(`${what} can only be ${size - 1} characters`)
  return bytesEqual(s, 'link', at, bytes)
}

/** Tests of the header that OpenBSD's pf writes before a packet. @throws SL_FILTER on other link types */
export const pf = (s: State, field: string, value: string | number): Condition => {
  if (s.linktype !== DLT['PFLOG']) s.fail(`${field === 'rset' ? 'ruleset' : field} supported only on PF linktype`)
  const name = String(value)
  switch (field) {
    case 'ifname':
      return text(s, name, IFNAME, 'ifname interface names')
    case 'rset':
      return text(s, name, RULESET, 'ruleset names')
    case 'rnr':
      return equal(s, 'link', RULE_NUMBER, W, Number(value))
    case 'srnr':
      return equal(s, 'link', SUBRULE_NUMBER, W, Number(value))
    case 'reason': {
      const reason = typeof value === 'number' ? value : numberOf(reasons, moreReasons, name.toLowerCase())
      if (reason === undefined)
        return s.fail(`unknown PF reason "${name}"`, [...reasons.keys(), ...Object.keys(moreReasons)].join(', '))
      return equal(s, 'link', 3, B, reason)
    }
    default: {
      const action = numberOf(actions, moreActions, name.toLowerCase())
      if (action === undefined)
        return s.fail(`unknown PF action "${name}"`, [...actions.keys(), ...Object.keys(moreActions)].join(', '))
      return equal(s, 'link', 2, B, action)
    }
  }
}
