/** Protocol qualifiers, by every spelling. */
const protocolWords: Record<string, string> = {
  link: 'link ether ppp slip fddi tr wlan',
  esis: 'esis es-is',
  isis: 'isis is-is',
}
const plainProtocols =
  'arp rarp ip sctp tcp udp icmp igmp igrp pim vrrp carp radio ip6 icmp6 ah esp atalk aarp decnet lat sca moprc mopdl ' +
  'iso l1 l2 iih lsp snp csnp psnp clnp stp ipx netbeui'

const otherWords: Record<string, string> = {
  dst: 'dst',
  src: 'src',
  host: 'host',
  net: 'net',
  mask: 'mask',
  port: 'port',
  portrange: 'portrange',
  proto: 'proto',
  protochain: 'protochain',
  gateway: 'gateway',
  type: 'type',
  subtype: 'subtype',
  dir: 'direction dir',
  addr1: 'address1 addr1',
  addr2: 'address2 addr2',
  addr3: 'address3 addr3',
  addr4: 'address4 addr4',
  ra: 'ra',
  ta: 'ta',
  less: 'less',
  greater: 'greater',
  byte: 'byte',
  broadcast: 'broadcast',
  multicast: 'multicast',
  and: 'and &&',
  or: 'or ||',
  '!': 'not',
  len: 'len length',
  inbound: 'inbound',
  outbound: 'outbound',
  ifindex: 'ifindex',
  vlan: 'vlan',
  mpls: 'mpls',
  pppoed: 'pppoed',
  pppoes: 'pppoes',
  geneve: 'geneve',
  vxlan: 'vxlan',
  lane: 'lane',
  llc: 'llc',
  metac: 'metac',
  bcc: 'bcc',
  oam: 'oam',
  oamf4: 'oamf4',
  oamf4ec: 'oamf4ec',
  oamf4sc: 'oamf4sc',
  sc: 'sc',
  ilmic: 'ilmic',
  vpi: 'vpi',
  vci: 'vci',
  connectmsg: 'connectmsg',
  metaconnect: 'metaconnect',
  ifname: 'on ifname',
  rset: 'rset ruleset',
  rnr: 'rnr rulenum',
  srnr: 'srnr subrulenum',
  reason: 'reason',
  action: 'action',
  fisu: 'fisu',
  lssu: 'lssu lsu',
  msu: 'msu',
  hfisu: 'hfisu',
  hlssu: 'hlssu',
  hmsu: 'hmsu',
  sio: 'sio',
  opc: 'opc',
  dpc: 'dpc',
  sls: 'sls',
  hsio: 'hsio',
  hopc: 'hopc',
  hdpc: 'hdpc',
  hsls: 'hsls',
}

/** Canonical protocol name by spelling. */
export const protocols = new Map<string, string>(plainProtocols.split(' ').map((word) => [word, word]))
for (const [name, words] of Object.entries(protocolWords))
  for (const word of words.split(' ')) protocols.set(word, name)

/** Canonical keyword by spelling. */
export const keywords = new Map<string, string>()
for (const [name, words] of Object.entries(otherWords)) for (const word of words.split(' ')) keywords.set(word, name)

const icmp =
  'echoreply=0 unreach=3 sourcequench=4 redirect=5 echo=8 routeradvert=9 routersolicit=10 timxceed=11 paramprob=12 ' +
  'tstamp=13 tstampreply=14 ireq=15 ireqreply=16 maskreq=17 maskreply=18'
const icmp6 =
  'destinationunreach=1 packettoobig=2 timeexceeded=3 parameterproblem=4 echo=128 echoreply=129 ' +
  'multicastlistenerquery=130 multicastlistenerreportv1=131 multicastlistenerdone=132 routersolicit=133 ' +
  'routeradvert=134 neighborsolicit=135 neighboradvert=136 redirect=137 routerrenum=138 nodeinformationquery=139 ' +
  'nodeinformationresponse=140 ineighbordiscoverysolicit=141 ineighbordiscoveryadvert=142 ' +
  'multicastlistenerreportv2=143 homeagentdiscoveryrequest=144 homeagentdiscoveryreply=145 mobileprefixsolicit=146 ' +
  'mobileprefixadvert=147 certpathsolicit=148 certpathadvert=149 multicastrouteradvert=151 ' +
  'multicastroutersolicit=152 multicastrouterterm=153'
const tcp = 'fin=1 syn=2 rst=4 push=8 ack=16 urg=32 ece=64 cwr=128'

/** Words that stand for a number: header offsets, ICMP types, TCP flags. */
export const constants = new Map<string, number>([
  ['icmptype', 0],
  ['icmpcode', 1],
  ['icmp6type', 0],
  ['icmp6code', 1],
  ['tcpflags', 13],
])
for (const [prefix, list] of [
  ['icmp', icmp],
  ['icmp6', icmp6],
  ['tcp', tcp],
]) {
  for (const item of list!.split(' ')) {
    const [name, value] = item.split('=')
    constants.set(`${prefix}-${name}`, Number(value))
  }
}
