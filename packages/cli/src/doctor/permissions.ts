import { readFileSync } from 'node:fs'
import type { Check } from './doctor.js'

/** Bit numbers of Linux capabilities, capabilities(7). */
const NET_RAW = 13n
const BPF = 39n
const SYS_ADMIN = 21n

const effective = (): bigint | undefined => {
  try {
    const hex = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
    return hex === undefined ? undefined : BigInt(`0x${hex}`)
  } catch {
    return undefined
  }
}

/** What this process may do. Captures in files need nothing of it. */
export const permissionChecks = (): Check[] => {
  const held = effective()
  if (held === undefined) return []
  const has = (bit: bigint) => ((held >> bit) & 1n) === 1n
  const bpf = has(BPF) || has(SYS_ADMIN)
  return [
    {
      name: 'live capture',
      ok: has(NET_RAW),
      found: has(NET_RAW) ? 'allowed (CAP_NET_RAW)' : 'not allowed: CAP_NET_RAW is missing; files need no permission',
      fix: 'run as root, or: sudo setcap cap_net_raw+ep "$(command -v node)"',
    },
    {
      name: 'kernel programs',
      ok: bpf,
      found: bpf ? 'allowed (CAP_BPF)' : 'not allowed: CAP_BPF is missing; everything runs in the process space',
      fix: 'run as root to push filters into the kernel',
    },
  ]
}
