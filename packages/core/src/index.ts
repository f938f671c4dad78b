/**
 * The contracts of Streamline: what a functional element, block, space, channel, ring and translator are. No
 * dependency, runs everywhere. Section numbers (§) are those of "Streamline: efficient OS communication through
 * versatile streams".
 * @packageDocumentation
 */
export * from './batch.js'
export * from './block.js'
export * from './element.js'
export * from './errors.js'
export * from './kinds.js'
export * from './manifest.js'
export * from './registry.js'
export * from './request.js'
export * from './ring.js'
export * from './space.js'
