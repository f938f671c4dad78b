import type { Plan } from '@netstreamline/core'
import { StreamlineError } from '@netstreamline/core'
import { dot } from './dot.js'

/** Most vertices that are laid out: the time grows with the square, and nobody reads larger drawings. */
const MAX = 2000

/** The plan drawn by Graphviz, as an SVG document. @throws SL_USAGE when it is too large to draw */
export const svg = async (plan: Plan): Promise<string> => {
  if (plan.vertices.length > MAX) {
    throw new StreamlineError(
      'SL_USAGE',
      `--svg draws at most ${MAX} vertices; this plan has ${plan.vertices.length}`,
      {
        hint: 'use --dot and a layout for large graphs, such as sfdp',
      },
    )
  }
  const { instance } = await import('@viz-js/viz')
  return (await instance()).renderString(dot(plan), { format: 'svg' })
}
