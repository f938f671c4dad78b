// Writes streamline.json: what the code declares, and where it lies. Run it before you publish.
import { readFileSync, writeFileSync } from 'node:fs'
import { ABI } from '@netstreamline/core'
import fe from './index.js'

const { name, version } = JSON.parse(readFileSync('package.json', 'utf8'))
const manifest = { abi: ABI, package: name, version, functions: [{ ...fe.meta, module: './index.js' }] }
writeFileSync('streamline.json', `${JSON.stringify(manifest, null, 2)}\n`)
