#!/usr/bin/env node
import module from 'node:module'

// Newer versions of Node.js keep compiled code.
module.enableCompileCache?.()
const { main } = await import('../dist/index.js')

// Everything has been written, synchronously, when `main` resolves: what may still be open must not delay the exit.
process.exit(await main(process.argv.slice(2)))
