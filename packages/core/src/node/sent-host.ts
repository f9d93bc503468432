import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'

/** The Host field as it was sent. A request of HTTP/1.0 need not have one (RFC 9112 3.2), as a load balancer's probe has none: it asked this address. */
export function sentHost({ headers, httpVersion, socket }: IncomingMessage): string {
  return headers.host ?? (httpVersion === '1.0' ? authorityOf(socket) : '')
}

/** Host and port that a connection came in on; nothing for a socket that is a file. */
function authorityOf({ localAddress, localPort }: IncomingMessage['socket']): string {
  if (localAddress === undefined) return ''
  return `${isIPv6(localAddress) ? `[${localAddress}]` : localAddress}:${localPort}`
}

/** What proxies say in an X-Forwarded field. Several make a list of it; the first was told by whoever is nearest to the visitor. */
export function forwarded({ headers }: Pick<IncomingMessage, 'headers'>, name: string): string | undefined {
  const value = headers[name]
  if (value === undefined || value.length === 0) return undefined
  return String(value).split(',', 1)[0]?.trim()
}
