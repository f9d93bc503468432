import { type Watch, watchCookies, watched } from '@ssr-cache/core/node'
import type { FastifyRequest } from 'fastify'

/** Fastify's own, looked at for itself, or left by plugins for themselves. */
const NO_STATE = /^_|^(id|params|raw|query|log|body|additionalHeaders|validationError|cookies)$/

/**
 * In development: what a render reads of its request is noticed, and so is what it looks for in vain. From where the cache stands on: what hooks above read
 * for themselves shapes no page.
 */
export function watchState(request: FastifyRequest, watch: Watch): void {
  const { raw } = request
  raw.headers = watch.headers(raw.headers)
  raw.headersDistinct = watch.headers(raw.headersDistinct)
  request.query = watched(request.query, (query) => watch.query(query))
  // As @fastify/cookie leaves them, above the cache or below it.
  if ('cookies' in request) watchCookies(request, 'cookies', request.cookies, watch)
  const names = watch.above.request.filter((name) => !NO_STATE.test(name))
  for (const name of [...names, 'ip']) noticeAbsent(request, name, () => watch.absent('request', name))
}

/** Reading it while nothing is there is told; what code below writes is there from then on. */
function noticeAbsent(request: object, name: string, notice: () => void): void {
  let value: unknown = Reflect.get(request, name)
  Object.defineProperty(request, name, {
    configurable: true,
    enumerable: true,
    get() {
      if (value === undefined || value === null) notice()
      return value
    },
    set(given: unknown) {
      value = given
    },
  })
}
