import { createRenderCache } from '@ssr-cache/core'
import { pageContext } from '@ssr-cache/core/context'
import { fastifyCache } from '@ssr-cache/fastify-adapter'
import fastify from 'fastify'

const cache = createRenderCache({ maxAge: 60, staleWhileRevalidate: 600 })
const titles = new Map([['42', 'Inception']])

const app = fastify()
await app.register(fastifyCache, { cache })
app.get<{ Params: { id: string } }>('/movies/:id', ({ params }, reply) => {
  pageContext()?.tag(`movie:${params.id}`)
  const title = titles.get(params.id)
  if (title === undefined) return reply.code(404).type('text/html').send('<h1>Not found</h1>')
  return reply.type('text/html').send(`<h1>${title}</h1><p>Rendered at ${new Date().toISOString()}</p>`)
})
await app.listen({ port: 3000 })
