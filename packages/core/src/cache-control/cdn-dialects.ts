import type { Field } from '../fields.ts'

/** CDNs and proxies whose own way of being told lifetimes is known here. */
export type CdnDialect = 'generic' | 'cloudflare' | 'cloudfront' | 'fastly' | 'akamai' | 'varnish' | 'nginx'

/** What Cache-Control says: `shared` keeps browsers out, where no purge could reach; `single` gives everyone the same lifetime. */
export type CacheControlStyle = 'shared' | 'single'

/** How long an answer lives downstream, in whole seconds; 0 is none. */
export interface SharedLife {
  readonly maxAge: number
  readonly staleWhileRevalidate: number
  readonly staleIfError: number
}

interface Dialect {
  /** The field that only this CDN reads; `undefined` where it goes by Cache-Control. */
  readonly own: { readonly name: string; value(life: SharedLife): string } | undefined
  /** Cache-Control in the style `shared`. */
  shared(life: SharedLife): string
}

// stale-while-revalidate stays out of Cache-Control wherever a browser would obey it: with `max-age=0, stale-while-revalidate=600` Chromium 156
// answers fetch() with an old page out of its own cache (measured; navigations wait). With must-revalidate beside it, it does not (measured;
// `GetFreshnessLifetimes` in net/http/http_response_headers.cc, `MustValidateIfExpired` in Firefox).

const BROWSERS_ASK = 'public, max-age=0'

function ifRevalidating(life: SharedLife): string {
  return life.staleWhileRevalidate > 0 ? `, stale-while-revalidate=${life.staleWhileRevalidate}` : ''
}

function ifError(life: SharedLife): string {
  return life.staleIfError > 0 ? `, stale-if-error=${life.staleIfError}` : ''
}

function sharedMaxAge(life: SharedLife): string {
  return `${BROWSERS_ASK}, s-maxage=${life.maxAge}`
}

/** A CDN with a field of its own, which takes the directives of Cache-Control. s-maxage would forbid several of them to serve stale (RFC 9111 5.2.2.10). */
function targeted(name: string): Dialect {
  return {
    own: { name, value: (life) => `max-age=${life.maxAge}${ifRevalidating(life)}${ifError(life)}` },
    shared: () => BROWSERS_ASK,
  }
}

/** No dialect: what Varnish, nginx, Squid, httpd and Traffic Server all read. */
const PLAIN: Dialect = {
  own: undefined,
  shared: (life) => sharedMaxAge(life) + ifError(life),
}

const DIALECTS: Readonly<Record<CdnDialect, Dialect>> = {
  // RFC 9213 3: any CDN that has the standard field on its target list.
  generic: targeted('cdn-cache-control'),

  // https://developers.cloudflare.com/cache/concepts/cdn-cache-control/ : overrules Cache-Control, and is not sent on to the next cache.
  // https://developers.cloudflare.com/cache/concepts/cache-control/ : only `stale-if-error=0` keeps it from serving stale on errors.
  cloudflare: {
    own: {
      name: 'cloudflare-cdn-cache-control',
      value: (life) => `max-age=${life.maxAge}${ifRevalidating(life)}, stale-if-error=${life.staleIfError}`,
    },
    shared: () => BROWSERS_ASK,
  },

  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html : reads Cache-Control and nothing else, and hands it on to
  // browsers as it is, so there is no stale-while-revalidate. Where the origin cannot be reached it serves what it has, unless told `stale-if-error=0`.
  cloudfront: {
    own: undefined,
    shared: (life) => `${sharedMaxAge(life)}, stale-if-error=${life.staleIfError}`,
  },

  // https://www.fastly.com/documentation/reference/http/http-headers/Surrogate-Control/ : goes before Cache-Control, with both stale directives.
  // Not for others: Squid keeps nothing that carries this field (measured).
  fastly: targeted('surrogate-control'),

  // https://www.akamai.com/blog/news/targeted-cache-control : its own name for the field of RFC 9213.
  akamai: targeted('akamai-cache-control'),

  // bin/varnishd/cache/cache_rfc2616.c: reads s-maxage and stale-while-revalidate, which it calls grace, from Cache-Control alone; without it
  // grace is `default_grace`, 10 s. It does not look for must-revalidate, which is there for browsers.
  varnish: {
    own: undefined,
    shared: (life) =>
      life.staleWhileRevalidate > 0
        ? `${sharedMaxAge(life)}, must-revalidate${ifRevalidating(life)}${ifError(life)}`
        : `${sharedMaxAge(life)}, stale-while-revalidate=0${ifError(life)}`,
  },

  // src/http/ngx_http_upstream.c: X-Accel-Expires is read before Cache-Control and is not sent on; both stale directives are still taken from
  // Cache-Control, where stale-while-revalidate counts for errors too unless stale-if-error follows. It does not look for must-revalidate.
  nginx: {
    own: { name: 'x-accel-expires', value: (life) => String(life.maxAge) },
    shared: (life) =>
      life.staleWhileRevalidate > 0
        ? `${BROWSERS_ASK}, must-revalidate${ifRevalidating(life)}, stale-if-error=${life.staleIfError}`
        : BROWSERS_ASK + ifError(life),
  },
}

/** All names of {@link CdnDialect}. */
export const CDN_DIALECTS: readonly CdnDialect[] = Object.keys(DIALECTS) as CdnDialect[] // the record has exactly these keys

/**
 * The fields that tell caches downstream how long an answer lives that everybody may share. Without a dialect: `Cache-Control: public, max-age=0,
 * s-maxage=N`, with `stale-if-error=M` where there is such a window. With one, the CDN is told in its own words and browsers are told to ask; CloudFront,
 * which has no words of its own, is not told of `staleWhileRevalidate`. In the style `single` Cache-Control is `public, max-age=N`, and nothing else is in it.
 *
 * Runs on every hit and checks nothing: `life` must be whole seconds. A field of the CDN's own comes first, since nginx before 1.23 goes by order.
 *
 * @example sharedFields(undefined, 'shared', { maxAge: 60, staleWhileRevalidate: 600, staleIfError: 0 })
 * // [['cache-control', 'public, max-age=0, s-maxage=60']]
 */
export function sharedFields(
  dialect: CdnDialect | undefined,
  style: CacheControlStyle,
  life: SharedLife,
): readonly Field[] {
  const { own, shared } = dialect === undefined ? PLAIN : DIALECTS[dialect]
  const value = style === 'single' ? `public, max-age=${life.maxAge}` : shared(life)
  const cacheControl: Field = ['cache-control', value]
  return own === undefined ? [cacheControl] : [[own.name, own.value(life)], cacheControl]
}
