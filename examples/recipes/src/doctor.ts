import { createRenderCache } from '@ssr-cache/core'
import { expressCache } from '@ssr-cache/express-adapter'
import express, { Router } from 'express'

const secret = process.env['SSR_CACHE_SECRET']

const cache = createRenderCache({
  // Without it, nobody is told more than Cache-Status says.
  ...(secret && { admin: { secret } }),
  hosts: ['localhost:3000'],
  routes: [{ match: '/movies/:id', maxAge: 300 }],
})

const pages = Router().get('/movies/:id', ({ params }, response) => {
  response.send(`<h1>Movie ${params.id}</h1>`)
})

express().use(expressCache(cache, pages)).listen(3000)
