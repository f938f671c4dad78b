/** Ethernet types (IEEE) that expressions name. */
export const ETHERTYPE = {
  ip: 0x0800,
  arp: 0x0806,
  rarp: 0x8035,
  ip6: 0x86dd,
  aarp: 0x80f3,
  atalk: 0x809b,
  decnet: 0x6003,
  lat: 0x6004,
  sca: 0x6007,
  moprc: 0x6002,
  mopdl: 0x6001,
  loopback: 0x9000,
  ns: 0x0600,
  ipx: 0x8137,
  vlan: 0x8100,
  vlanProvider: 0x88a8,
  vlanOld: 0x9100,
  mpls: 0x8847,
  pppoeDiscovery: 0x8863,
  pppoeSession: 0x8864,
  teb: 0x6558,
} as const

/** Largest value of an Ethernet type field that is a length. */
export const ETHERNET_MTU = 1500

/** Service access points of 802.2. */
export const LLC_SAP = { ip: 0x06, stp: 0x42, snap: 0xaa, ipx: 0xe0, netbeui: 0xf0, iso: 0xfe } as const

/** Protocol numbers of IP (IANA). */
export const IP_PROTO = {
  icmp: 1,
  igmp: 2,
  tcp: 6,
  igrp: 9,
  udp: 17,
  fragment: 44,
  esp: 50,
  ah: 51,
  icmp6: 58,
  none: 59,
  pim: 103,
  vrrp: 112,
  carp: 112,
  sctp: 132,
} as const

/** Network layer protocol identifiers of OSI. */
export const NLPID = { clnp: 0x81, esis: 0x82, isis: 0x83 } as const
