/**
 * The lower-case names of all response fields in which a CDN or proxy reads how long it may keep an answer, in place of Cache-Control. A personal
 * answer must carry none of them: `Surrogate-Control` beside `private` makes Varnish share it, and a targeted field overrules `no-store` (RFC 9213 2.2).
 */
export const CDN_FIELDS: ReadonlySet<string> = new Set([
  'akamai-cache-control',
  'cdn-cache-control',
  'cloudflare-cdn-cache-control',
  'deno-cdn-cache-control',
  'edge-control',
  'netlify-cdn-cache-control',
  'surrogate-control',
  'vercel-cdn-cache-control',
  'x-accel-expires',
  'x-litespeed-cache-control',
])
