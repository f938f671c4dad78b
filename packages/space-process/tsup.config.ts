import shared from '../../tsup.config.js'

// As everywhere, but with what every request needs in few files: each module that Node.js has to find and load by
// itself costs about a millisecond of start-up. Copies of core know each other's objects by `Symbol.for`.
export default {
  ...shared,
  noExternal: [/^@netstreamline\/(core|jit|rings)(\/|$)/],
}
