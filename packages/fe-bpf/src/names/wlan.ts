/** IEEE 802.11 frame control, first byte: the type bits and, shifted into place, the subtypes of each type. */
export const WLAN_TYPE_MASK = 0x0c
export const WLAN_SUBTYPE_MASK = 0xf0
export const WLAN_DIR_MASK = 0x03
export const WLAN_CONTROL = 0x04
export const WLAN_CTS = 0xc0
export const WLAN_ACK = 0xd0

const table = (text: string): ReadonlyMap<string, number> =>
  new Map(text.split(' ').map((item) => [item.split('=')[0]!, Number(item.split('=')[1])] as const))

export const wlanTypes = table('data=8 mgt=0 management=0 ctl=4 control=4')

const management = table(
  'assocreq=0 assoc-req=0 assocresp=16 assoc-resp=16 reassocreq=32 reassoc-req=32 reassocresp=48 reassoc-resp=48 ' +
    'probereq=64 probe-req=64 proberesp=80 probe-resp=80 beacon=128 atim=144 disassoc=160 disassociation=160 ' +
    'auth=176 authentication=176 deauth=192 deauthentication=192',
)
const control = table('bar=128 ba=144 ps-poll=160 rts=176 cts=192 ack=208 cf-end=224 cf-end-ack=240')
const data = table(
  'data=0 data-cf-ack=16 data-cf-poll=32 data-cf-ack-poll=48 null=64 cf-ack=80 cf-poll=96 cf-ack-poll=112 ' +
    'qos-data=128 qos-data-cf-ack=144 qos-data-cf-poll=160 qos-data-cf-ack-poll=176 qos=192 qos-cf-poll=224 ' +
    'qos-cf-ack-poll=240',
)

/** Subtypes by the type that they belong to, in the order in which a bare `subtype` looks for its name. */
export const wlanSubtypes: readonly (readonly [type: number, names: ReadonlyMap<string, number>])[] = [
  [0, management],
  [4, control],
  [8, data],
]

export const wlanDirections = table('nods=0 tods=1 fromds=2 dstods=3')
