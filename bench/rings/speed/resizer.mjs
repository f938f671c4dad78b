// What a resizer costs that has nothing to do.
import { processors } from '../lib/machine.mjs'
import { runNode } from '../lib/peers.mjs'
import { measure } from '../lib/speed.mjs'

export const title = 'the cost of an idle resizer'

const PAIRS = 21

export const run = async ({ quick }) => {
  const [cpu] = processors()
  const options = {
    kind: 'd',
    bytes: 64,
    ring: 4096,
    cpus: [cpu],
    seconds: quick ? 0.02 : 0.2,
    warm: quick ? 0.02 : 0.15,
  }
  const side = (resize) => () => {
    const { reader } = runNode('sides/resizer.mjs', { ...options, resize })
    return (reader.seconds / reader.blocks) * 1e9
  }
  const sides = { none: side('none'), pseudo: side('pseudo'), true: side('true') }
  const m = await measure(sides, { quick, times: PAIRS, cpus: [cpu, cpu] })
  const figures = Object.keys(sides).map((name) => m.value(name, `resize: ${name}`, 'ns/block'))
  for (const name of ['pseudo', 'true']) {
    const quotient = m.quotient(name, 'none', `${name} : none`)
    // Met when the interval includes 1.05 or less.
    figures.push(quotient, {
      what: `${name} : none, lower end of the 95 % interval`,
      value: quotient.interval[0],
      limit: 1.05,
    })
  }
  return { pairs: m.kept, figures }
}
