import { createServer } from 'node:http'
import { createRenderCache } from '@ssr-cache/core'
import express from 'express'

const cache = createRenderCache({
  hosts: ['shop.example'],
  routes: [{ match: '/account/*rest', cache: false }],
})

const app = express()
app.get('/movies/:id', ({ params }, response) => {
  response.send(`<h1>Movie ${params.id}</h1><p>Rendered at ${new Date().toISOString()}</p>`)
})
app.get('/account', ({ headers }, response) => {
  response.send(`<p>Yours: ${headers.cookie ?? 'no cookie'}</p>`)
})

// The proxy on this machine says by which scheme and host it was asked.
createServer(cache.node(app, { trustProxy: ['127.0.0.1', '::1'] })).listen(3000)
