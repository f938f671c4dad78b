/** Files under Node. */
export { gunzip } from './io/gunzip.node.js'
export { openRead } from './io/read.node.js'
export { createFile, openWrite } from './io/write.node.js'
