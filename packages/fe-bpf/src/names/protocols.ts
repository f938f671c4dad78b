/** Numbers of protocols above IP that expressions may name (IANA), as `name=number`. */
const ip =
  'ip=0 hopopt=0 icmp=1 igmp=2 ggp=3 ipencap=4 st=5 tcp=6 egp=8 igp=9 pup=12 udp=17 hmp=20 xns-idp=22 rdp=27 ' +
  'iso-tp4=29 dccp=33 xtp=36 ddp=37 idpr-cmtp=38 ipv6=41 ipv6-route=43 ipv6-frag=44 idrp=45 rsvp=46 gre=47 esp=50 ' +
  'ipsec-esp=50 ah=51 ipsec-ah=51 skip=57 ipv6-icmp=58 ipv6-nonxt=59 ipv6-opts=60 rspf=73 vmtp=81 eigrp=88 ospf=89 ' +
  'ospfigp=89 ax.25=93 ipip=94 etherip=97 encap=98 pim=103 ipcomp=108 vrrp=112 l2tp=115 isis=124 sctp=132 fc=133 ' +
  'mobility-header=135 udplite=136 mpls-in-ip=137 manet=138 hip=139 shim6=140 wesp=141 rohc=142 ethernet=143 ' +
  // Names that pcap-filter(7) gives though /etc/protocols may not.
  'igrp=9 carp=112 icmp6=58'

const table = new Map(
  ip.split(' ').map((item) => [item.slice(0, item.indexOf('=')), Number(item.slice(item.indexOf('=') + 1))]),
)

/** Protocol number of a name, in lower case or as the registry spells it; undefined when unknown. */
export const ipProtocol = (name: string): number | undefined => table.get(name.toLowerCase())

/** Ethernet types and, at most 255, 802.2 SAPs by name. */
const link: Readonly<Record<string, number>> = {
  aarp: 0x80f3,
  arp: 0x0806,
  atalk: 0x809b,
  decnet: 0x6003,
  ip: 0x0800,
  ip6: 0x86dd,
  lat: 0x6004,
  loopback: 0x9000,
  mopdl: 0x6001,
  moprc: 0x6002,
  rarp: 0x8035,
  sca: 0x6007,
  iso: 0xfe,
  stp: 0x42,
  ipx: 0xe0,
  netbeui: 0xf0,
}

/** Ethernet type or SAP of a name; undefined when unknown. */
export const linkProtocol = (name: string): number | undefined => (Object.hasOwn(link, name) ? link[name] : undefined)

const iso: Readonly<Record<string, number>> = { clnp: 0x81, esis: 0x82, isis: 0x83 }

/** NLPID of a name; undefined when unknown. */
export const isoProtocol = (name: string): number | undefined => (Object.hasOwn(iso, name) ? iso[name] : undefined)
