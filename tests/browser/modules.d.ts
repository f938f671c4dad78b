/** Made by the bundler plugin in bundle.ts. */
declare module 'streamline:packages' {
  export const packages: readonly import('@netstreamline/core').StaticPackage[]
}

declare module '*/campaigns/ring-blocks.mjs' {
  export const MOST: number
  export const SHAPES: readonly object[]
  export const STRATEGIES: readonly string[]
  export const fill: (block: Uint8Array, n: number, seed: number) => number
  export const fillStream: (bytes: Uint8Array, from: number, length: number) => void
  export const takeOne: (reader: object, bytes: Uint8Array, seen: object, seed: number) => boolean
  /** @throws when something was wrong or is not accounted for */
  export const judge: (reader: object | undefined, seen: object, facts: object) => string
}
