// `npm start`: sets everything up, runs the main job on the bundled capture and shows what happened.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { root, setUp } from './lib.mjs'

setUp()

const streamline = join(root, 'node_modules', '.bin', 'streamline')
const out = join(root, 'out', 'sample')
const request = '(pcap,path=examples/sample.pcap) > (tcp) > (http) > (file,path="out/sample/{stream}-{name}")'
const title = (text) =>
  console.log(`\n${process.stdout.isTTY && !process.env.NO_COLOR ? `\x1b[1m${text}\x1b[0m` : text}\n`)
const show = (...args) => {
  const { status } = spawnSync(process.execPath, [streamline, ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (status !== 0) process.exit(status ?? 1)
}

rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })

title('The request: reassemble TCP, keep the HTTP streams, write each direction to a file')
console.log(`  ${request}`)
title('Where Streamline places it')
show('plan', request)
title('The run')
show('run', request)

title(`What it wrote: ${relative(root, out)}/`)
const files = readdirSync(out).sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
for (const name of files) {
  const path = join(out, name)
  const first = readFileSync(path, 'latin1')
    .split('\r\n', 1)[0]
    .slice(0, 60)
    .replace(/[^\x20-\x7e]/g, '.')
  console.log(`  ${String(statSync(path).size).padStart(7)} bytes  ${name.padEnd(46)} ${first}`)
}
title('Try next')
console.log(`  npx streamline run '(pcap,path=examples/sample.pcap) > (bpf,expression="udp port 53") > (udp) > (dns) > (print)'
  npx streamline plan --svg '(pcap,path=examples/sample.pcap) > ((ip) | (bpf,expression=arp)) > (count)' > plan.svg
  npx streamline filter -d 'tcp port 80'
  npx streamline list
`)
