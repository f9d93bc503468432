import type { IncomingMessage } from 'node:http'
import type { VisitorRequest } from '../request.ts'
import { originForm } from './origin-form.ts'
import { authorityOf } from './own-authority.ts'
import type { TrustsPeer } from './trusted-peers.ts'

/** A visitor's request as the cache reads it where no framework has read it before. */
export function nodeVisitor(request: IncomingMessage, trusts: TrustsPeer | undefined): VisitorRequest {
  const { method = 'GET', url = '/', headers } = request // Node's parser always sets both
  const isForwarded = trusts?.(request.socket.remoteAddress) === true
  return {
    method,
    scheme: (isForwarded ? forwardedScheme(request) : undefined) ?? ownScheme(request),
    host: (isForwarded ? forwarded(request, 'x-forwarded-host') : undefined) ?? ownHost(request),
    target: originForm(url),
    headers,
  }
}

function ownScheme({ socket }: IncomingMessage): 'http' | 'https' {
  return 'encrypted' in socket && socket.encrypted === true ? 'https' : 'http'
}

function forwardedScheme(request: IncomingMessage): 'http' | 'https' | undefined {
  const scheme = forwarded(request, 'x-forwarded-proto')?.toLowerCase()
  return scheme === 'https' || scheme === 'http' ? scheme : undefined
}

/** A request of HTTP/1.0 need not name a host: it asked this address. */
function ownHost({ headers, httpVersion, socket }: IncomingMessage): string {
  return headers.host ?? (httpVersion === '1.0' ? authorityOf(socket) : '')
}

/** Several proxies make a list of it; the first was told by whoever is nearest to the visitor. */
function forwarded({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name]
  if (value === undefined || value.length === 0) return undefined
  return String(value).split(',', 1)[0]?.trim()
}
