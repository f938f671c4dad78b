import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** A directory that is gone when the test file has run. */
export const tempDir = (): { path(name: string): string; file(name: string, content: Uint8Array | string): string } => {
  const dir = mkdtempSync(join(tmpdir(), 'fe-std-'))
  afterAll(() => rmSync(dir, { recursive: true, force: true }))
  const path = (name: string): string => join(dir, name)
  return {
    path,
    file(name, content) {
      writeFileSync(path(name), content)
      return path(name)
    },
  }
}
