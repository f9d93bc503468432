import type { IncomingMessage } from 'node:http'
import type { VisitorRequest } from '../request.ts'
import { originForm } from './origin-form.ts'
import { forwarded, sentHost } from './sent-host.ts'
import type { TrustsPeer } from './trusted-peers.ts'

/** A visitor's request as the cache reads it where no framework has read it before. */
export function nodeVisitor(request: IncomingMessage, trusts: TrustsPeer | undefined): VisitorRequest {
  const { method = 'GET', url = '/', headers } = request // Node's parser always sets both
  const isForwarded = trusts?.(request.socket.remoteAddress) === true
  return {
    method,
    scheme: (isForwarded ? forwardedScheme(request) : undefined) ?? ownScheme(request),
    host: (isForwarded ? forwarded(request, 'x-forwarded-host') : undefined) ?? sentHost(request),
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
