// A small app as a user would write it: it runs as it stands, with its imports turned into `require`, and through TypeScript.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createRenderCache, SsrCacheError } from '@ssr-cache/core'
import { createPathMapper } from '@ssr-cache/core/path'
import { expressCache } from '@ssr-cache/express-adapter'
import express from 'express'

async function main() {
  const cache = createRenderCache({ maxAge: 60 })
  let renders = 0
  const pages = express.Router()
  pages.get('/', (_request, response) => {
    renders += 1
    response.send(`<p>Rendered ${renders} time(s)</p>`)
  })
  const server = express().use(expressCache(cache, pages)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert(typeof address === 'object' && address)

  const visit = async () =>
    (await fetch(`http://127.0.0.1:${address.port}/`, { headers: { accept: 'text/html' } })).text()
  assert.equal(await visit(), '<p>Rendered 1 time(s)</p>')
  assert.equal(await visit(), '<p>Rendered 1 time(s)</p>')

  // Two entry points, one class.
  assert.throws(() => createPathMapper().toUrl('../outside.html'), SsrCacheError)

  server.close()
  await cache.close()
}

// A rejection ends the process with an error.
void main()
