import { createRenderCache, workerRender } from '@ssr-cache/core'
import { expressCache } from '@ssr-cache/express-adapter'
import express, { Router } from 'express'
import { type Film, filmOf } from './films.ts'

const cache = createRenderCache({ maxAge: 300 })
const render = workerRender(new URL('./threads-page.ts', import.meta.url))
await render.ready

const pages = Router().get('/films/:id', async (request, response) => {
  const { id } = request.params
  const film = await cache.value<Film>(`film:${id}`, { maxAge: 600, tags: [`film:${id}`] }, () => filmOf(id))
  await render.send(request, response, film)
})
const server = express().use(expressCache(cache, pages)).listen(3000)

process.once('SIGTERM', () => server.close(() => cache.close().then(() => render.close())))
