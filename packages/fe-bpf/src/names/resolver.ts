/**
 * What stands for host, station and network names. Nothing is looked up on the network: a compiler must give the
 * same program every time, and run where there is no resolver.
 */
export interface Names {
  /** Addresses of hosts, IPv4 and IPv6, in the order in which they are tested. */
  readonly hosts?: Readonly<Record<string, readonly string[]>>
  /** MAC addresses of stations, as /etc/ethers has them. */
  readonly ethers?: Readonly<Record<string, string>>
  /** Numbers of networks, as /etc/networks has them. */
  readonly networks?: Readonly<Record<string, string>>
}

/** The entry of a table that bears this name, in upper or lower case. */
export const lookUp = <T>(table: Readonly<Record<string, T>> | undefined, name: string): T | undefined => {
  const key = Object.keys(table ?? {}).find((entry) => entry.toLowerCase() === name.toLowerCase())
  return key === undefined ? undefined : table![key]
}
