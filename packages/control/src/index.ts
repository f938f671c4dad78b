/**
 * The control plane (§4): discovers, selects, translates and allocates what a request needs, and runs it. This entry
 * runs everywhere; `@netstreamline/control/node` finds plugins by itself.
 * @packageDocumentation
 */
export type { ExplainEntry } from './explain.js'
export { validateManifest } from './manifest.js'
export type { Progress } from './progress.js'
export { type EdgeResult, type NodeResult, type RunResult, resultOf } from './result.js'
export type { Running } from './run.js'
export {
  elementLoader,
  type Need,
  type OpenOptions,
  type OpenSpace,
  offeredSpaces,
  type SpaceSource,
} from './spaces.js'
export { staticRegistry } from './static-registry.js'
export {
  createStreamline,
  type PlanOptions,
  type RunOptions,
  type StartOptions,
  type Streamline,
  type StreamlineOptions,
} from './streamline.js'
