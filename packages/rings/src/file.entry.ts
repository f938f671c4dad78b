/**
 * Rings as files (paper, §6.1): one interface to every ring, whatever its kind and whoever shares it. Runs in Node and
 * in browsers; `@netstreamline/rings/file/node` adds what only Node has.
 * @packageDocumentation
 */
export * from './file/index.js'
