import { createRenderCache } from '@ssr-cache/core'
import { expressCache } from '@ssr-cache/express-adapter'
import express, { type Express, type Router } from 'express'

export const cache = createRenderCache({
  hosts: ['shop.example', 'www.shop.example'],
  key: { cookies: ['currency'] },
  bypass: { cookies: ['sid'] },
  downstream: {
    cdn: 'fastly',
    // The CDN is configured to have this cookie in its key, too.
    cdnKeys: ['currency'],
  },
})

export function site(pages: Router): Express {
  return (
    express()
      // X-Forwarded-Host and -Proto count from these addresses, and from nobody else.
      .set('trust proxy', 'loopback, uniquelocal')
      .use(expressCache(cache, pages))
  )
}
