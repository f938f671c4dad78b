import { type Arena, createArena } from '@netstreamline/rings/arena'

let arena: Arena | undefined

/** The arena that all spaces of this thread work in, made on first use: one per process (architecture §5). */
export const processArena = (): Arena => (arena ??= createArena())
