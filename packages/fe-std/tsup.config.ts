import shared from '../../tsup.config.js'

// As everywhere, but with the few lines of core and jit/ir that it needs, and without white space: see space-process.
export default { ...shared, noExternal: ['@netstreamline/core', '@netstreamline/jit/ir'], minifyWhitespace: true }
