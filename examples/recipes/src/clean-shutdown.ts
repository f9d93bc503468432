import { createRenderCache } from '@ssr-cache/core'
import { expressCache } from '@ssr-cache/express-adapter'
import express from 'express'
import { pages } from './slow-pages.ts'

const cache = createRenderCache()
const server = express().use(expressCache(cache, pages)).listen(3000)

process.once('SIGTERM', () => {
  const late = setTimeout(() => server.closeAllConnections(), 10_000)
  server.close(() => {
    clearTimeout(late)
    // Refreshes that nobody waits for end first, for 10 s at most.
    void cache.close()
  })
})
