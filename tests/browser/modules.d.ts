/** Made by the bundler plugin in bundle.ts. */
declare module 'streamline:packages' {
  export const packages: readonly import('@netstreamline/core').StaticPackage[]
}
