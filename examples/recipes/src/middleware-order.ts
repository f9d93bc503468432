import { createRenderCache } from '@ssr-cache/core'
import { expressCache } from '@ssr-cache/express-adapter'
import compression from 'compression'
import cookieParser from 'cookie-parser'
import express, { type Express, Router } from 'express'
import session from 'express-session'
import helmet from 'helmet'
import morgan from 'morgan'

const cache = createRenderCache({ key: { cookies: ['currency'] } })

export function site(pages: Router, secret: string): Express {
  return (
    express()
      // What every answer gets, hits too.
      .use(morgan(':method :url :status :res[cache-status]'), helmet(), compression())
      // What is no page.
      .use(express.static('public'), express.json())
      // What those who bypass need: it is not there in a shared render, and sets no cookie for strangers.
      .use(session({ secret, resave: false, saveUninitialized: false }))
      // What the render itself reads is inside.
      .use(expressCache(cache, Router().use(cookieParser(), pages)))
  )
}
