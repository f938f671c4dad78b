// Programs to compare with, compiled when first asked for.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from '../lib/measure.mjs'

const PEERS = {
  read: { file: 'read.c', compiler: 'cc', library: 'pcap', debian: 'libpcap-dev' },
  nids: { file: 'nids.c', compiler: 'cc', library: 'nids', debian: 'libnids-dev' },
  tins: { file: 'tins.cpp', compiler: 'c++', library: 'tins', debian: 'libtins-dev libpcap-dev' },
}
const built = join(root, '.bench', 'tcp')

/** The path of a peer, or undefined, said why, where it cannot be had. */
export const peer = (name) => {
  const { file, compiler, library, debian } = PEERS[name]
  const source = fileURLToPath(new URL(file, import.meta.url))
  const program = join(built, name)
  if (existsSync(program) && statSync(program).mtimeMs > statSync(source).mtimeMs) return program
  mkdirSync(built, { recursive: true })
  const { status } = spawnSync(compiler, ['-O2', '-o', `${program}.part`, source, `-l${library}`])
  if (status !== 0) {
    console.log(`  skipped: ${file} needs ${compiler} and lib${library} (apt-get install ${debian})`)
    return undefined
  }
  renameSync(`${program}.part`, program)
  return program
}

/** Is there a program of that name? Says so where not. */
export const has = (name) => {
  const found = spawnSync(name, ['--version']).error === undefined
  if (!found) console.log(`  skipped: there is no ${name} (apt-get install ${name})`)
  return found
}
