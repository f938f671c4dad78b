import type { FunctionalElement, Space } from '@netstreamline/core'
import type { Arena } from '@netstreamline/rings'
import type { PortSize } from './port-reader.js'

/** How a process space is made. */
export interface ProcessSpaceOptions {
  /** Default `process`. */
  readonly name?: string
  /** Default 0. A worker is as near to the data as the main thread. */
  readonly depth?: number
  /** Loads the FE `function` from a module of a manifest. */
  load(module: string, fn: string): Promise<FunctionalElement>
  /** Memory to work in; default: that of this process, which spaces must share for data to pass between them. */
  readonly arena?: Arena
  /** How much may be under way on an edge from another space. */
  readonly ports?: PortSize
  /** Ways for data to other spaces, for the planner. */
  readonly channels?: Space['channels']
  /** `false`: interpret instead of generating code. Default: generate where that is allowed. */
  readonly generate?: boolean
  print?(line: string): void
  log?(message: string): void
}
