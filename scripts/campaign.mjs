// `npm run campaign [NAME]`: the big seeded counts that are too long for `npm test`. Each run writes its seed, command and
// result to docs/campaigns/NAME.md; an interrupted one goes on where it was (.bench/campaign-NAME.json).
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { protocols } from './campaigns/protocols.mjs'
import { ringHostile } from './campaigns/ring-hostile.mjs'
import { ringKills } from './campaigns/ring-kills.mjs'
import { rings } from './campaigns/rings.mjs'
import { root, setUp } from './lib.mjs'

const SEED = 20261123
/** Numbers in [0, n), from a seed: the same round always does the same. */
const generator = (seed) => (n) => {
  seed = (seed + 0x9e3779b9) | 0
  let z = Math.imul(seed ^ (seed >>> 16), 0x21f0aaad)
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
  return ((z ^ (z >>> 15)) >>> 0) % n
}

/** name → what it shows, rounds, and a factory of one round, which throws when something is wrong. */
const campaigns = {
  rings,
  protocols,
  'ring-kills': ringKills,
  'ring-hostile': ringHostile,
  srl: {
    about: 'random texts parse, or give a coded error',
    rounds: 1_000_000,
    async make() {
      const { parse, print } = await import('@netstreamline/srl')
      const wild = [
        '(',
        ')',
        '>',
        '|',
        '!',
        'or',
        'and',
        'not',
        ':',
        ',',
        '=',
        '"',
        '\\',
        '#',
        '\n',
        '65536',
        '23:22',
        'é',
        '\0',
      ]
      const tame = ['(tcp)', '(a,b=1)', '(x,name=t)', '(t)', '((a)|(b))', '((a) > (b))', '(a)', 'not (b)']
      const joints = [' > ', ' 22> ', ' !80> ', ' 22:90> ', ' !> ', ' or ', ' and ', ' | ']
      return (random) => {
        const pick = (list) => list[random(list.length)]
        let text = pick(tame)
        for (let n = random(8); n > 0; n--)
          text += (random(20) ? pick(joints) : pick(wild)) + (random(20) ? pick(tame) : pick(wild))
        let request
        try {
          request = parse(text)
        } catch (e) {
          if (!/^SL_SRL_/.test(e.code)) throw new Error(`${JSON.stringify(text)}: ${e.stack}`)
          return 'refused'
        }
        if (print(parse(print(request))) !== print(request))
          throw new Error(`${JSON.stringify(text)} prints differently`)
        return 'parsed'
      }
    },
  },
  captures: {
    about: 'damaged captures are read up to the damage, through reassembly, and give a coded error or none',
    rounds: 5_000,
    async make() {
      const { parse } = await import('@netstreamline/srl')
      const { open } = await import('@netstreamline/control/node')
      const bundled = [pathToFileURL(join(root, 'packages/cli/package.json')).href]
      const streamline = await open({ bundled, spaces: ['process'] })
      const sample = readFileSync(join(root, 'examples/sample.pcap'))
      const dir = mkdtempSync(join(tmpdir(), 'streamline-'))
      process.on('exit', () => rmSync(dir, { recursive: true, force: true }))
      const path = join(dir, 'damaged.pcap')
      const request = parse(`(pcap,path="${path}") > (((tcp) > (http)) | ((ip) > (udp) > (dns)) | (count))`)
      const whole = parse(`(pcap,path="${path}") > (tcp) > (http) > (count)`)
      return async (random) => {
        const bytes = Buffer.from(sample.subarray(0, random(sample.length)))
        for (let n = random(40); n > 0 && bytes.length; n--) bytes[random(bytes.length)] = random(256)
        writeFileSync(path, bytes)
        try {
          await streamline.run(random(2) ? whole : request)
          return 'read'
        } catch (e) {
          if (!['SL_CAPTURE', 'SL_KIND'].includes(e.code)) throw e
          return e.code
        }
      }
    },
  },
}

setUp()
const [only] = process.argv.slice(2)
if (only && !campaigns[only]) {
  console.error(`no campaign '${only}'; there are: ${Object.keys(campaigns).join(', ')}`)
  process.exit(2)
}
for (const name of only ? [only] : Object.keys(campaigns)) {
  const { about, rounds, make } = campaigns[name]
  const total = Number(process.env.ROUNDS ?? rounds)
  const saved = join(root, '.bench', `campaign-${name}.json`)
  mkdirSync(join(root, '.bench'), { recursive: true })
  const state = existsSync(saved) ? JSON.parse(readFileSync(saved, 'utf8')) : { done: 0, seconds: 0, counts: {} }
  const round = await make()
  let since = performance.now()
  const save = () => {
    state.seconds += (performance.now() - since) / 1000
    since = performance.now()
    writeFileSync(saved, JSON.stringify(state))
  }
  console.log(`${name}: ${about}; ${total} rounds${state.done ? `, going on at ${state.done}` : ''}`)
  for (; state.done < total; state.done++) {
    const outcome = await round(generator(SEED + state.done), state.done)
    state.counts[outcome] = (state.counts[outcome] ?? 0) + 1
    if (state.done % 1000 === 999) save()
  }
  save()
  rmSync(saved)
  const result = Object.entries(state.counts)
    .map(([what, n]) => `${n} ${what}`)
    .join(', ')
  mkdirSync(join(root, 'docs/campaigns'), { recursive: true })
  writeFileSync(
    join(root, 'docs/campaigns', `${name}.md`),
    `# ${name}\n\nThat ${about}.\n\n- command: \`${process.env.ROUNDS ? `ROUNDS=${total} ` : ''}npm run campaign ${name}\`\n- seed: ${SEED}\n- rounds: ${total}\n- result: ${result}; nothing else\n- took: ${Math.round(state.seconds)} s on Node ${process.versions.node}\n`,
  )
  console.log(`${name}: ${result}`)
}
process.exit(0)
