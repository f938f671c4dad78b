import shared from '../../tsup.config.js'

// As everywhere, but with what every start needs in the same files: Node.js takes more than a millisecond to find a
// package (docs/design/benchmarks.md). Copies of core work together; rings, with their state, stay a package apart.
export default {
  ...shared,
  noExternal: [/^@netstreamline\/(core|jit)(\/|$)/, '@netstreamline/rings/arena'],
}
