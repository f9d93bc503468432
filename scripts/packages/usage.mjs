// A small app in each way that there is in, as a user would write it: it runs as it stands, with its imports turned into `require`, and through TypeScript.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRenderCache, SsrCacheError } from '@ssr-cache/core'
import { createPathMapper } from '@ssr-cache/core/path'
import { expressCache } from '@ssr-cache/express-adapter'
import { fastifyCache } from '@ssr-cache/fastify-adapter'
import express from 'express'
import { fastify } from 'fastify'

/** A page that says how often it was rendered. */
function countedPage() {
  let renders = 0
  return () => `<p>Rendered ${++renders} time(s)</p>`
}

async function viaExpress() {
  const cache = createRenderCache({ maxAge: 60 })
  const page = countedPage()
  const pages = express.Router()
  pages.get('/', (_request, response) => {
    response.send(page())
  })
  const server = createServer(express().use(expressCache(cache, pages)))
  await rendersOnce(server)
  await cache.close()
}

async function viaFastify() {
  const cache = createRenderCache({ maxAge: 60 })
  const page = countedPage()
  const app = fastify()
  await app.register(fastifyCache, { cache, closeCache: true })
  app.get('/', (_request, reply) => reply.type('text/html').send(page()))
  await app.ready()
  await rendersOnce(app.server)
  await app.close()
}

async function viaNode() {
  const cache = createRenderCache({ maxAge: 60 })
  const page = countedPage()
  const app = cache.node((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(page())
  })
  await rendersOnce(createServer(app))
  await cache.close()
}

async function viaFetch() {
  const cache = createRenderCache({ maxAge: 60 })
  const page = countedPage()
  const ask = cache.fetch(() => new Response(page(), { headers: { 'content-type': 'text/html' } }))
  for (const _ of [1, 2]) {
    const answer = await ask(new Request('https://shop.example/', { headers: { accept: 'text/html' } }))
    assert.equal(await answer.text(), '<p>Rendered 1 time(s)</p>')
  }
  await cache.close()
}

// The default tells TypeScript the type, in what is JavaScript, too.
async function rendersOnce(server = createServer()) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert(typeof address === 'object' && address)
  const visit = async () =>
    (await fetch(`http://127.0.0.1:${address.port}/`, { headers: { accept: 'text/html' } })).text()
  assert.equal(await visit(), '<p>Rendered 1 time(s)</p>')
  assert.equal(await visit(), '<p>Rendered 1 time(s)</p>')
  server.close()
  server.closeAllConnections()
}

async function main() {
  await viaExpress()
  await viaFastify()
  await viaNode()
  await viaFetch()
  // Two entry points, one class.
  assert.throws(() => createPathMapper().toUrl('../outside.html'), SsrCacheError)
}

// A rejection ends the process with an error.
void main()
