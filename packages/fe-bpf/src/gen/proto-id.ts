import { ipProtocol, isoProtocol, linkProtocol } from '../names/protocols.js'
import type { State } from './state.js'

/** Number of a protocol's name inside another protocol. @throws SL_FILTER */
export const namedProtocol = (s: State, name: string, within: string): number => {
  const [value, noun] =
    within === 'link'
      ? [linkProtocol(name), 'ether proto']
      : within === 'iso'
        ? [isoProtocol(name), 'osi proto']
        : within === 'default' || within === 'ip' || within === 'ip6'
          ? [ipProtocol(name), 'ip proto']
          : [undefined, undefined]
  if (noun === undefined) return s.fail(`unknown protocol: ${name}`)
  return value ?? s.fail(`unknown ${noun} '${name}'`, 'give the number')
}
