import { type CachedFetch, createRenderCache, type FetchHandler, fromNitroOptions } from '@ssr-cache/core'

const cached = { maxAge: 60, swr: true, staleMaxAge: 600, varies: ['x-country'], allowQuery: ['page'] }

/** `render` is what was given to defineCachedHandler. */
export function pages(render: FetchHandler): CachedFetch {
  const options = fromNitroOptions(cached, { version: 3 })
  return createRenderCache({ ...options, hosts: ['shop.example'] }).fetch(render)
}
