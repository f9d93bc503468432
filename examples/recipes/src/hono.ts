import { serve } from '@hono/node-server'
import { createRenderCache } from '@ssr-cache/core'
import { pageContext } from '@ssr-cache/core/context'
import { Hono } from 'hono'

const cache = createRenderCache({ hosts: ['shop.example'] })

const app = new Hono().get('/movies/:id', (context) => {
  const id = context.req.param('id')
  pageContext()?.tag(`movie:${id}`)
  return context.html(`<h1>Movie ${id}</h1><p>Rendered at ${new Date().toISOString()}</p>`)
})

serve({ fetch: cache.fetch(app.fetch), port: 3000 })
