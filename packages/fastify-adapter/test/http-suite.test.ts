import { Readable } from 'node:stream'
import { fastifyCache } from '@ssr-cache/fastify-adapter'
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import type { Answer } from '../../../test-utils/http-suite/app.ts'
import type { Way } from '../../../test-utils/http-suite/front.ts'
import { seenBy } from '../../../test-utils/http-suite/node-app.ts'
import { httpSuite } from '../../../test-utils/http-suite/suite.ts'
import { served } from '../../../test-utils/serve.ts'

const behind: Way = async (cache, app) => {
  const server = fastify({ bodyLimit: 2 ** 30 })
  await server.register(fastifyCache, { cache })
  // Bodies are the app's business.
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  server.setErrorHandler((_error, _request, reply) => reply.code(500).type('text/plain; charset=utf-8').send('sorry'))
  const handler = async ({ raw }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
    write(await app(seenBy(raw)), reply)
  server.all('/*', handler)
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

/** By Fastify's own means. */
function write({ status = 200, fields = [], body = '' }: Answer, reply: FastifyReply): FastifyReply {
  const byName = Map.groupBy(fields, ([name]) => name)
  for (const [name, lines] of byName)
    reply.header(name, lines.length === 1 ? lines[0]?.[1] : lines.map(([, value]) => value))
  if (body === '') return reply.code(status).send()
  return reply.code(status).send(typeof body === 'string' ? body : Readable.from(body))
}

httpSuite('Fastify 5', behind)
