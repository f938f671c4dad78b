import { isStreamlineError } from '@netstreamline/core'
import type { Check } from './doctor.js'

/** Rings between processes: can they be made, and has anybody left names behind? */
export const ringChecks = async (clean: boolean): Promise<Check[]> => {
  const rings = await import('@netstreamline/rings/node')
  const problem = rings.nativeProblem()
  const native: Check = {
    name: 'native rings',
    ok: problem === undefined,
    found: problem ?? 'rings can be shared between processes',
    fix: 'on Linux install g++ and build again; rings between threads work without',
  }
  if (problem !== undefined) return [native]
  try {
    const removed = clean ? rings.removeStaleRings() : []
    const stale = rings.listSharedRings().filter((ring) => ring.state === 'stale')
    const found = removed.length > 0 ? `removed ${removed.join(', ')}` : `${stale.length} left by dead processes`
    const left = stale.map((ring) => ring.name).join(', ')
    return [
      native,
      {
        name: 'names of rings',
        ok: stale.length === 0,
        found: left ? `${found}: ${left}` : found,
        fix: 'streamline doctor --clean',
      },
    ]
  } catch (error) {
    if (!isStreamlineError(error)) throw error
    return [native, { name: 'names of rings', ok: false, found: error.message, fix: error.hint }]
  }
}
