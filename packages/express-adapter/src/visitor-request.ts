import type { ServerResponse } from 'node:http'
import {
  canonicalMount,
  ELSEWHERE,
  forwarded,
  optionError,
  originForm,
  plainContext,
  sentHost,
  type VisitorRequest,
} from '@ssr-cache/core/node'
import type { ExpressRequest, TrustsProxy } from './express.ts'
import type { ExpressCacheOptions } from './options.ts'
import { scopeOf } from './scope.ts'

/** A visitor's request as the cache reads it: host and scheme by Express's own trust-proxy setting, the target as it was sent. */
export function visitorRequest(
  request: ExpressRequest,
  response: ServerResponse,
  ordinal: number,
  { context }: ExpressCacheOptions,
): VisitorRequest {
  const { method, headers } = request
  const scheme = request.protocol === 'https' ? 'https' : 'http'
  const host = hostOf(request)
  const target = originForm(request.originalUrl)
  const mount = canonicalMount(request.baseUrl, target)
  if (mount === undefined) return { method, scheme, host, target: ELSEWHERE, headers }
  refuseRewritten(request, target)
  const scope = scopeOf(ordinal, mount, request.params)
  if (context === undefined) return { method, scheme, host, target, headers, scope, above: request }
  const seen = plainContext(context(request, response))
  return { method, scheme, host, target, headers, scope, above: request, context: seen }
}

/** What `req.hostname` is made from, with its port. */
function hostOf(request: ExpressRequest): string {
  const proxied = forwarded(request, 'x-forwarded-host')
  const isProxied = proxied !== undefined && trustsProxy(request.app)(request.socket.remoteAddress, 0)
  return isProxied ? proxied : sentHost(request)
}

function trustsProxy(app: ExpressRequest['app']): TrustsProxy {
  return app.get('trust proxy fn') as TrustsProxy // compiled by Express with the setting
}

/** A URL that code above has changed is not in the key: the page of one URL would be kept for another. */
function refuseRewritten({ originalUrl, baseUrl, url }: ExpressRequest, target: string): void {
  if (originalUrl === baseUrl + url) return
  const below = originForm(url)
  // Express writes a slash where nothing is left below the mount path.
  if (baseUrl + below === target || baseUrl + below.slice(1) === target) return
  throw optionError(
    'req.url',
    `as routed (${target})`,
    url,
    'Rewrite URLs in the router that expressCache is given, not above it.',
  )
}
