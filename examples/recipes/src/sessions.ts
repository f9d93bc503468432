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
    // Any other page is shared by those who have no session cookie, and rendered anew for whoever has one.
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
