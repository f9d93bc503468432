import { createRenderCache } from '@ssr-cache/core'
import { expressCache } from '@ssr-cache/express-adapter'
import express, { type Express, type Router } from 'express'
import session from 'express-session'

export const cache = createRenderCache({
  routes: [
    // Never shared, whoever asks: the app's own fields stand.
    { match: '/account/*rest', cache: false },
    // The same HTML for everyone, signed in or not; the browser adds the name.
    { match: '/movies/:id', session: 'anonymous' },
    // Every other page: one for all who have no session cookie, and one for each who has.
  ],
})

export function site(pages: Router, secret: string): Express {
  return (
    express()
      // A cookie for everybody who comes by would make every answer private.
      .use(session({ secret, resave: false, saveUninitialized: false }))
      .use(expressCache(cache, pages))
  )
}
