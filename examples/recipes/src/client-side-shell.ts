import { createRenderCache } from '@ssr-cache/core'
import { expressCache } from '@ssr-cache/express-adapter'
import express from 'express'
import { pages } from './slow-pages.ts'

const cache = createRenderCache({
  admission: {
    timeoutMs: 50,
    // What your client's build writes: HTML that loads your script, and nothing of any page.
    fallback: { shell: new URL('./client-side-shell.html', import.meta.url), retryAfter: 10 },
  },
  routes: [
    { match: '/landing/*rest', strategy: 'always' },
    { match: '/checkout/*rest', strategy: 'never' },
  ],
})

express().use(expressCache(cache, pages)).listen(3000)

// $ curl -si -H 'accept: text/html' localhost:3000/movies/42        (the page takes 100 ms)
// HTTP/1.1 503 Service Unavailable
// content-type: text/html; charset=utf-8
// x-robots-tag: noindex
// retry-after: 10
// cache-control: no-store
// cache-status: ssr-cache; fwd=miss; detail=timeout
//
// <!doctype html>…
