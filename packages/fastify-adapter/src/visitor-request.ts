import {
  ELSEWHERE,
  originForm,
  type PlainContext,
  plainContext,
  sentHost,
  type VisitorRequest,
} from '@ssr-cache/core/node'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyCacheOptions } from './options.ts'

/** A visitor's request, with the context that is part of its key. */
export interface FastifyVisitor extends VisitorRequest {
  readonly context?: PlainContext
}

/** A visitor's request as the cache reads it: host and scheme by Fastify's own trustProxy setting, the target as it was sent. */
export function visitorRequest(
  request: FastifyRequest,
  reply: FastifyReply,
  scope: string,
  { context }: FastifyCacheOptions,
): FastifyVisitor {
  const { method, headers } = request.raw
  const scheme = request.protocol === 'https' ? 'https' : 'http'
  const sent = originForm(request.originalUrl)
  const target = hasDotSegments(sent) ? ELSEWHERE : sent
  const visitor = {
    method: method as string,
    scheme,
    host: hostOf(request),
    target,
    headers,
    scope,
    above: request,
  } as const // Node's parser has one
  return context === undefined ? visitor : { ...visitor, context: plainContext(context(request, reply)) }
}

/** Fastify has no host for a request that names none. */
function hostOf({ host, raw }: FastifyRequest): string {
  return host === '' && raw.headers.host === undefined ? sentHost(raw) : host
}

/** Fastify routes `/shop/../cart` as it stands, to whatever answers below `/shop`; the page that it names is another's. */
function hasDotSegments(target: string): boolean {
  if (!target.includes('/.') && !target.includes('/%2')) return false
  return DOT_SEGMENT.test(target.split('?', 1)[0] as string) // a split has a first part
}

const DOT_SEGMENT = /\/(?:\.|%2e){1,2}(?:[/#]|$)/i
