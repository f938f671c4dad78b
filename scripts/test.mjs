// Sets everything up and runs all tests: `npm test`, or `npm test -- NAME` for some of them.
import { setUp, tool } from './lib.mjs'

setUp()
tool('vitest', ['run', ...process.argv.slice(2)])
