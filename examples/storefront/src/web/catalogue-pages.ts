import { type Response, Router } from 'express'
import type { Page } from '../ui/page.ts'
import type { ApiClient } from './api-client.ts'
import type { SendPage } from './send-page.ts'

/** The pages that are the same for everybody. */
export function cataloguePages(api: ApiClient, sendPage: SendPage): Router {
  async function send(response: Response, page: Page | undefined): Promise<void> {
    if (!page) response.status(404)
    await sendPage(response, page ?? { kind: 'not-found' })
  }

  return Router()
    .get('/', async (_request, response) => {
      const data = await api.home()
      await send(response, data && { kind: 'home', data })
    })
    .get('/movies/:slug', async ({ params }, response) => {
      const data = await api.filmPage(params.slug)
      await send(response, data && { kind: 'film', data })
    })
    .get('/directors/:slug', async ({ params }, response) => {
      const data = await api.directorPage(params.slug)
      await send(response, data && { kind: 'director', data })
    })
    .get('/genres/:slug', async ({ params, query }, response) => {
      const page = pageNumber(query['page'])
      const data = page === undefined ? undefined : await api.genrePage(params.slug, page)
      await send(response, data && { kind: 'genre', data })
    })
    .get('/search', async ({ query }, response) => {
      const words = typeof query['q'] === 'string' ? query['q'].trim().slice(0, 200) : ''
      const page = pageNumber(query['page'])
      const data = page === undefined ? undefined : await api.search(words, page)
      await send(response, data && { kind: 'search', data })
    })
    .use((_request, response) => send(response, undefined))
}

/** 1 where none is asked for, `undefined` for what is no page number. */
function pageNumber(text: unknown): number | undefined {
  if (text === undefined) return 1
  return typeof text === 'string' && /^[1-9]\d{0,5}$/.test(text) ? Number(text) : undefined
}
