import { Readable } from 'node:stream'
import { fastifyCache } from '@ssr-cache/fastify-adapter'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Answer } from '../../../test-utils/http-suite/app.ts'
import type { Way } from '../../../test-utils/http-suite/front.ts'
import { seenBy } from '../../../test-utils/http-suite/node-app.ts'
import { echo } from '../../../test-utils/security/echo.ts'
import type { EchoWay } from '../../../test-utils/security/leak-suite.ts'
import { type Site, served } from '../../../test-utils/serve.ts'

/** An app of any kind behind `fastifyCache`. */
export const behind: Way = async (cache, app) => {
  const server = fastify({ bodyLimit: 2 ** 30 })
  await server.register(fastifyCache, { cache })
  // Bodies are the app's business.
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  server.setErrorHandler((_error, _request, reply) => reply.code(500).type('text/plain; charset=utf-8').send('sorry'))
  const handler = async ({ raw }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
    write(await app(seenBy(raw)), reply)
  server.all('/*', handler)
  return listening(server)
}

/** A shop whose pages are all that their renderer can reach. */
export const echoBehind: EchoWay = async (cache) => {
  const server = fastify()
  await server.register(fastifyCache, { cache })
  server.get('/*', echoing)
  return listening(server)
}

async function listening(server: FastifyInstance): Promise<Site> {
  await server.ready()
  const site = await served(server.server)
  return {
    ...site,
    async [Symbol.asyncDispose]() {
      await site[Symbol.asyncDispose]()
      await server.close()
    },
  }
}

/** Prints all that it can reach of a request and its reply. The app itself is everybody's. */
export function echoing(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const own = [request, reply].flatMap((holder) => chain(holder).map((name) => attempt(holder, name)))
  return write(echo(own, request.raw, reply.raw, request.socket, reply.getHeaders()), reply)
}

/** The names on an object and its prototypes, but for those that lead to the app. */
function chain(holder: object): (string | symbol)[] {
  const names: (string | symbol)[] = []
  for (let at: object | null = holder; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at))
    names.push(...Reflect.ownKeys(at))
  return names.filter((name) => !/server|context|log|constructor|routeOptions/.test(String(name)))
}

function attempt(holder: object, name: string | symbol): unknown {
  try {
    return Reflect.get(holder, name)
  } catch {
    return undefined
  }
}

/** By Fastify's own means. */
function write({ status = 200, fields = [], body = '' }: Answer, reply: FastifyReply): FastifyReply {
  const byName = Map.groupBy(fields, ([name]) => name)
  for (const [name, lines] of byName)
    reply.header(name, lines.length === 1 ? lines[0]?.[1] : lines.map(([, value]) => value))
  if (body === '') return reply.code(status).send()
  return reply.code(status).send(typeof body === 'string' ? body : Readable.from(body))
}
