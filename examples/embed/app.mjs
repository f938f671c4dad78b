// How much of the TCP data in a capture looks encrypted or compressed: node app.mjs sample.pcap
import { open } from '@netstreamline/control/node'
import { fe, on, request } from '@netstreamline/srl'

const streamline = await open({ root: import.meta.dirname })
const looksRandom = fe('entropy', { least: 256 })
const wanted = request(fe('pcap', { path: process.argv[2] }), fe('tcp'), looksRandom, on(7001, 8001), fe('count'))
const { nodes } = await streamline.run(wanted)
console.log(JSON.stringify(nodes.find((node) => node.function === 'count')))
await streamline.close()
