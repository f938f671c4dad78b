// The WebAssembly that packages ship is what its source says.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { assembled, path } from '../scripts/wat.mjs'

it('ends.generated.ts is ends.wat, assembled', async () => {
  expect(readFileSync(path, 'utf8')).toBe(await assembled())
})
