import shared from '../../tsup.config.js'

// As everywhere, but with the packages that every command needs in the same file: each module that Node.js has to find
// and load by itself costs about a millisecond of start-up, a CommonJS one ten. What the command and a plugin share
// between two copies of core is branded by `Symbol.for`.
export default {
  ...shared,
  platform: 'node' as const,
  noExternal: [/^@netstreamline\/(core|srl|control)(\/|$)/, 'parsimmon', 'cac', '@cfworker/json-schema'],
  external: ['@viz-js/viz'],
  removeNodeProtocol: false,
  // Less to read at each start; names stay, so that a stack trace tells something.
  minifyWhitespace: true,
}
