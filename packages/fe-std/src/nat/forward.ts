import { StreamlineError } from '@netstreamline/core'
import { inPrefix, parseAddress } from './address.js'
import type { Mappings } from './mappings.js'
import type { Pair } from './pairs.js'

/** A port outside that always leads to an address and port inside. */
export interface Forward {
  /** 0 TCP, 1 UDP. */
  readonly protocol: number
  readonly port: number
  readonly address: Uint8Array
  readonly insidePort: number
}

const isPort = (text: string | undefined): boolean => Number(text) >= 1 && Number(text) <= 65535

/** Reads `tcp:8080=192.168.0.5:80` and `udp:53=[fd00::5]:53`. @throws SL_OPTION */
export const parseForward = (text: string): Forward => {
  const [, protocol, port, six, four, inside] =
    /^(tcp|udp):(\d{1,5})=(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):(\d{1,5})$/.exec(text) ?? []
  const address = parseAddress(six ?? four ?? '')
  if (!address || !isPort(port) || !isPort(inside)) {
    throw new StreamlineError('SL_OPTION', `(nat) '${text}' is no forwarded port`, {
      option: 'forward',
      hint: 'Write tcp:8080=192.168.0.5:80 or udp:53=[fd00::5]:53.',
    })
  }
  return { protocol: protocol === 'tcp' ? 0 : 1, port: Number(port), address, insidePort: Number(inside) }
}

/** Reads `LOW-HIGH`. @throws SL_OPTION */
export const parsePorts = (text: string): [number, number] => {
  const [, low, high] = /^(\d{1,5})-(\d{1,5})$/.exec(text) ?? []
  if (isPort(low) && isPort(high) && Number(low) <= Number(high)) return [Number(low), Number(high)]
  throw new StreamlineError('SL_OPTION', `(nat) '${text}' is no range of ports`, {
    option: 'ports',
    hint: 'Write the lowest and the highest, such as 1024-65535.',
  })
}

/** Makes the mappings of forwarded ports. @throws SL_OPTION */
export const addForwards = (mappings: Mappings, pairs: readonly Pair[], forwards: readonly Forward[]): void => {
  for (const { protocol, port, address, insidePort } of forwards) {
    const refuse = (why: string, hint: string) =>
      new StreamlineError('SL_OPTION', `(nat) cannot forward port ${port}: ${why}`, { option: 'forward', hint })
    const pair = pairs.find(({ inside }) => inside.address.length === address.length && inPrefix(inside, address, 0))
    if (!pair?.shared) throw refuse('its address does not share one outside', 'It has to lie in one of `inside`.')
    if (mappings.ofPort(pair.pool, protocol, port, 0) >= 0) throw refuse('it is forwarded already', 'Name it once.')
    const known = mappings.find(address, 0, address.length, insidePort, pair.pool, protocol, 0)
    if (known >= 0) throw refuse('another one leads to the same place', 'A place inside has one port outside.')
    const made = mappings.add(address, 0, address.length, insidePort, pair.pool, protocol, 0, port)
    if (made < 0) throw refuse('there are more of them than `mappings`', 'Give more mappings.')
  }
}
