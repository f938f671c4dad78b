import shared from '../../tsup.config.js'

// As everywhere, but with the few lines of core that it needs: see space-process.
export default { ...shared, noExternal: ['@netstreamline/core', '@netstreamline/jit/ir'] }
