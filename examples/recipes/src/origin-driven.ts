import { createRenderCache } from '@ssr-cache/core'
import { expressCache } from '@ssr-cache/express-adapter'
import express, { type Express } from 'express'

export const cache = createRenderCache({
  hosts: ['shop.example'],
  freshness: 'origin',
  // Pages that say nothing of errors stand in for an hour where the app cannot be reached.
  origin: { staleOnDisconnect: 3600 },
})

/** An app that knows HTTP caching: nothing in it knows of the cache. */
export function site(offers: string[]): Express {
  const pages = express.Router()
  pages.get('/offers', (request, response) => {
    const language = request.acceptsLanguages('en', 'de') || 'en'
    response.set({ 'cache-control': 'max-age=60, stale-while-revalidate=600', vary: 'Accept-Language' })
    response.send(`<html lang="${language}">${offers.join(', ')}`)
  })
  pages.post('/offers', express.text(), (request, response) => {
    offers.push(request.body)
    response.redirect(303, '/offers')
  })
  return express().use(expressCache(cache, pages))
}
