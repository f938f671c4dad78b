#!/usr/bin/env node
import { main } from '../dist/index.js'

// Everything has been written, synchronously, when `main` resolves: what may still be open must not delay the exit.
process.exit(await main(process.argv.slice(2)))
