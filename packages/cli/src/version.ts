import { readFileSync } from 'node:fs'
import type { Io } from './io.js'

/** This package's package.json; the same place seen from src/ and from dist/. */
export const ownPackage = new URL('../package.json', import.meta.url)

/** Version of the command. */
export const version = (): string => (JSON.parse(readFileSync(ownPackage, 'utf8')) as { version: string }).version

export const printVersion = (io: Io): number => {
  io.out.write(`${version()}\n`)
  return 0
}
