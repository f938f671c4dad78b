import shared from '../../tsup.config.js'

// As everywhere, but for a quick start (docs/design/benchmarks.md): finding a package takes Node.js long, so what every
// start needs lies in the same files, without white space (src/ is published beside them). Copies of core work together;
// rings, with their state, stay a package apart.
export default {
  ...shared,
  noExternal: [/^@netstreamline\/(core|jit)(\/|$)/, '@netstreamline/rings/arena'],
  minifyWhitespace: true,
}
