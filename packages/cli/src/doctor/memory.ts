import { readFileSync } from 'node:fs'
import { freemem, totalmem } from 'node:os'
import { bytes } from '../format.js'
import type { Check } from './doctor.js'

const FREE = 256e6

const arena = async (): Promise<Check> => {
  const name = 'arena'
  try {
    const { createArena } = await import('@netstreamline/rings/arena')
    const { capacity, lost, buffer } = createArena()
    const kind = buffer instanceof SharedArrayBuffer ? 'shared' : 'not shared'
    const found = `${bytes(capacity)}, ${kind}${lost ? `; ${lost}` : ''}`
    return { name, ok: lost === undefined, found, fix: 'allow 10 GiB of address space (ulimit -v unlimited)' }
  } catch (e) {
    return { name, ok: false, found: (e as Error).message, fix: 'free memory, or raise its limit (ulimit -v)' }
  }
}

const machine = (): Check => {
  const limit = process.constrainedMemory?.() ?? 0
  // Without a limit the system gives 0 or a number beyond all memory.
  const limited = limit > 0 && limit < totalmem()
  const total = limited ? limit : totalmem()
  return {
    name: 'memory',
    ok: freemem() > FREE && total > FREE,
    found: `${bytes(freemem())} free of ${bytes(total)}${limited ? ' (limited by the control group)' : ''}`,
    fix: 'end something else: captures are streamed, but stream reassembly holds data',
  }
}

const addressSpace = (): Check | undefined => {
  let limits: string
  try {
    limits = readFileSync('/proc/self/limits', 'utf8')
  } catch {
    return undefined
  }
  const soft = /^Max address space\s+(\S+)/m.exec(limits)?.[1] ?? 'unlimited'
  return {
    name: 'address space',
    ok: soft === 'unlimited',
    found: soft === 'unlimited' ? 'not limited' : `limited to ${bytes(Number(soft))}`,
    fix: 'a shared memory reserves 10 GiB: ulimit -v unlimited',
  }
}

/** What there is to put data into. */
export const memoryChecks = async (): Promise<Check[]> =>
  [await arena(), machine(), addressSpace()].filter((check) => check !== undefined)
