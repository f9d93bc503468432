import { createRenderCache } from '@ssr-cache/core'
import { pageContext } from '@ssr-cache/core/context'
import { expressCache } from '@ssr-cache/express-adapter'
import express, { Router } from 'express'

const cache = createRenderCache({ maxAge: 60, staleWhileRevalidate: 600 })
const titles = new Map([['42', 'Inception']])

const pages = Router().get('/movies/:id', ({ params }, response) => {
  pageContext()?.tag(`movie:${params.id}`)
  const title = titles.get(params.id)
  if (title === undefined) response.status(404).send('<h1>Not found</h1>')
  else response.send(`<h1>${title}</h1><p>Rendered at ${new Date().toISOString()}</p>`)
})

express().use(express.static('public'), expressCache(cache, pages)).listen(3000)
