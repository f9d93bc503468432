import { hasBody, methodOverride } from '../key/data-request.ts'
import type { RequestHeaders } from '../request.ts'
import type { OriginRequest } from './exchange.ts'

/** Why a request is never answered for others, nor from what they left. */
export type ThroughReason = 'method' | 'body' | 'upgrade' | 'method-override'

/** Why a request goes to the app by itself, where nothing is stored that may be served. */
export type AloneReason = 'head' | 'authorization' | 'conditional' | 'range'

/** How a request is served. */
export type Way =
  /** From what is stored, or by one render for all who ask. */
  | { readonly kind: 'shared' }
  /** From what is stored, or by the app as it came: its answer may be its own, and is nobody's reason to stop sharing. */
  | { readonly kind: 'alone'; readonly reason: AloneReason }
  /** By the app, as it came. */
  | { readonly kind: 'through'; readonly reason: ThroughReason }

const SHARED: Way = Object.freeze({ kind: 'shared' })

/** Conditions that the app is to judge where we cannot (RFC 9110 13.1), and what asks for a part (RFC 9110 14.2). */
const CONDITIONS: readonly string[] = ['if-none-match', 'if-modified-since', 'if-match', 'if-unmodified-since']

/** How a request is served, by its method and fields (RFC 9111 2, 4; RFC 9110 7.8, 9.3.1). No directive of the visitor's counts here. */
export function wayOf({ method, headers }: OriginRequest): Way {
  if (method !== 'GET' && method !== 'HEAD') return { kind: 'through', reason: 'method' }
  if (headers['upgrade'] !== undefined) return { kind: 'through', reason: 'upgrade' }
  // No key holds what a body says.
  if (hasBody(headers)) return { kind: 'through', reason: 'body' }
  // An app that obeys it answers another method than its page is kept under.
  if (methodOverride(headers) !== undefined) return { kind: 'through', reason: 'method-override' }
  const reason = aloneReason(method, headers)
  return reason === undefined ? SHARED : { kind: 'alone', reason }
}

function aloneReason(method: string, headers: RequestHeaders): AloneReason | undefined {
  if (method === 'HEAD') return 'head'
  if (headers['authorization'] !== undefined) return 'authorization'
  if (CONDITIONS.some((name) => headers[name] !== undefined)) return 'conditional'
  return headers['range'] === undefined ? undefined : 'range'
}
