import { isIPv6, type Socket } from 'node:net'

/**
 * Host and port that a connection came in on; nothing for a socket that is a file. A request of HTTP/1.0 that names no host (RFC 9112 3.2), as a load
 * balancer's probe does, asked this address.
 */
export function authorityOf({ localAddress, localPort }: Pick<Socket, 'localAddress' | 'localPort'>): string {
  if (localAddress === undefined) return ''
  return `${isIPv6(localAddress) ? `[${localAddress}]` : localAddress}:${localPort}`
}
