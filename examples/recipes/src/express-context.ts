import { createRenderCache } from '@ssr-cache/core'
import { expressCache } from '@ssr-cache/express-adapter'
import express, { type Express, type Request, type RequestHandler, type Response, Router } from 'express'

const pages = Router().get('/', (_request, response) => {
  response.send(`<p>Prices for ${response.locals['country']}</p>`)
})

/** `locate` sets response.locals.country. */
export function site(locate: RequestHandler): Express {
  const context = (_request: Request, response: Response) => ({ country: response.locals['country'] })
  return express()
    .use(locate)
    .use(expressCache(createRenderCache(), pages, { context }))
}
