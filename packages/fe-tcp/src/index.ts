/**
 * Zero-copy TCP stream reassembly: the functional element `tcp`.
 * @packageDocumentation
 */
import type { TcpOptions } from './fe/tcp.js'

export { default as tcp, type TcpOptions } from './fe/tcp.js'

declare module '@netstreamline/core' {
  interface FEOptions {
    tcp: TcpOptions
  }
}
