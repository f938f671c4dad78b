/**
 * Link types. Files hold LINKTYPE_ numbers; blocks bear DLT numbers as their kind. The two differ only where the
 * systems of old disagreed about a DLT (https://www.tcpdump.org/linktypes.html).
 */
const DIFFERENT: readonly (readonly [linktype: number, dlt: number])[] = [
  [100, 11], // ATM RFC 1483
  [101, 12], // raw IP
  [102, 15], // BSD/OS SLIP
  [103, 16], // BSD/OS PPP
  [106, 19], // Classical IP over ATM
]

/** DLT number of a LINKTYPE_ number in a file. */
export const dltOf = (linktype: number): number => DIFFERENT.find(([l]) => l === linktype)?.[1] ?? linktype

/** LINKTYPE_ number to write into a file for a DLT number. */
export const linktypeOf = (dlt: number): number => DIFFERENT.find(([, d]) => d === dlt)?.[0] ?? dlt

const DBUS = 231
const EBHSCR = 279
const USBPCAP = 249

/** Longest packet that a file of this DLT can sanely hold, in bytes; as in libpcap, so that both refuse the same. */
export const maxSnaplen = (dlt: number): number =>
  dlt === DBUS ? 128 << 20 : dlt === EBHSCR ? 8 << 20 : dlt === USBPCAP ? 1 << 20 : 262144

/** The snapshot length that a file's header means: 0 and what no int holds stand for no limit. */
export const snaplenOf = (dlt: number, stated: number): number =>
  stated === 0 || stated > 0x7fffffff ? maxSnaplen(dlt) : stated

/** Names as `tcpdump -L` gives them, of the types that people write by hand. */
export const LINK_NAMES: Readonly<Record<string, number>> = {
  NULL: 0,
  EN10MB: 1,
  PPP: 9,
  RAW: 12,
  PPP_SERIAL: 50,
  C_HDLC: 104,
  IEEE802_11: 105,
  FRELAY: 107,
  LOOP: 108,
  LINUX_SLL: 113,
  IEEE802_11_RADIO: 127,
  IPV4: 228,
  IPV6: 229,
  NFLOG: 239,
  LINUX_SLL2: 276,
}
