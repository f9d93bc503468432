import { createCacheControl, parseCacheControl, parseTargetedField, presets } from '@ssr-cache/core/cache-control'

export const written = createCacheControl({ public: true, maxAge: 0, sMaxAge: 60 }) // public, max-age=0, s-maxage=60
export const read = parseCacheControl('max-age=60, max-age=10, foo="bar"') // { maxAge: 10, extensions: { foo: 'bar' } }
export const targeted = parseTargetedField('max-age=600, stale-while-revalidate=60') // of CDN-Cache-Control (RFC 9213)
export const asset = presets.immutableAsset // public, max-age=31536000, immutable
