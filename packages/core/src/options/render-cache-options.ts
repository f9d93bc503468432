import type { CdnDialect } from '../cache-control/index.ts'
import type { Clock } from '../clock.ts'
import type { Logger } from '../engine/logger.ts'
import type { BypassOptions, KeyOptions } from '../key/key-options.ts'
import type { OriginOptions } from '../origin/settings.ts'
import { STATUS_MAX_AGE } from '../rules/policy.ts'
import type { RouteOptions } from '../rules/routes.ts'
import type { Stream } from '../rules/streaming.ts'
import type { Store } from '../store/store.ts'
import type { AdmissionOptions } from './admission-options.ts'
import type { EncodingOptions } from './encoding-options.ts'

/** What is said to caches downstream: browsers, CDNs, reverse proxies. */
export interface DownstreamOptions {
  /** The CDN in front, which gets a field of its own. @default undefined */
  readonly cdn?: CdnDialect
  /** `shared`: browsers keep nothing that no purge can reach. `single`: one `public, max-age=N` for everyone. @default 'shared' */
  readonly preset?: 'shared' | 'single'
  /** Headers and cookies of the key that the CDN keys too, by name. @default [] */
  readonly cdnKeys?: readonly string[]
  /** Seconds that a stale page may be kept downstream while it is refreshed: the grace; 86400 at most. @default 10 */
  readonly staleMaxAge?: number
}

/** Options of `createRenderCache`. */
export interface RenderCacheOptions {
  /**
   * Whether pages are kept. Where it is false, each visitor's page is rendered anew, from the same narrowed request, and goes out `private, no-store`. Unset:
   * true, but under a dev server with hot reload, whose edits a kept page would hide; that is said once.
   * @default undefined
   */
  readonly enabled?: boolean
  /** Where pages are kept. @default memoryStore() */
  readonly store?: Store
  /** Hosts that may be asked for; anything else is 421. Unset: as sent, with a warning in production. @default undefined */
  readonly hosts?: readonly string[]
  /** The build that renders; pages of different builds are kept apart. @default undefined */
  readonly build?: { readonly id: string }
  /** What a page depends on beside its URL. @default {} */
  readonly key?: KeyOptions
  /** Who is answered by the app itself. @default {} */
  readonly bypass?: BypassOptions
  /**
   * Who decides how long pages live and who may be given them: routes and renders (`policy`), or the app's own Cache-Control, Expires, Vary and validators, by RFC
   * 9111 to the letter (`origin`). Routes may differ.
   * @default 'policy'
   */
  readonly freshness?: 'policy' | 'origin'
  /** What RFC 9111 leaves to a cache, where the app's own fields decide. @default {} */
  readonly origin?: OriginOptions
  /** Seconds that a page is fresh. @default 60 */
  readonly maxAge?: number
  /** Seconds past freshness in which it is served stale while it is refreshed (RFC 5861 3). @default 600 */
  readonly staleWhileRevalidate?: number
  /** Seconds past freshness in which it stands in when a render fails (RFC 5861 4). @default 86400 */
  readonly staleIfError?: number
  /**
   * The last part of a page's lifetime, as a fraction below 1, in which a visit starts a refresh while the page is still fresh, so that under traffic nobody
   * is served stale: 0.2 of 60 seconds are the last 12. Without visits nothing is rendered.
   * @default 0
   */
  readonly refreshAhead?: number
  /** Seconds by status for 301, 308, 404 and 410; they cap what route and render say. @default { 301: 3600, 308: 3600, 404: 10, 410: 3600 } */
  readonly statusMaxAge?: Readonly<Record<number, number>>
  /** Routes in order; the first that matches counts, and one that can never be found is refused. @default [] */
  readonly routes?: readonly RouteOptions[]
  /** What to do with a Set-Cookie on a shared page: refuse to share it, strip all, or strip those named. @default 'refuse' */
  readonly setCookie?: 'refuse' | 'strip' | readonly string[]
  /** Headers that a page may name in Vary although the key does not hold them. @default ['accept-encoding', 'origin'] */
  readonly ignoreVary?: readonly string[]
  /**
   * How pages are kept in encoded forms too, so that none is encoded at each answer. `false`: they are sent as they are. What the app's own fields decide on
   * (`freshness: 'origin'`) goes out as it came, unless this is set.
   * @default {}
   */
  readonly encoding?: EncodingOptions | false
  /**
   * To whom a page goes out while it is still rendered. `'first'`: to the visitor whose visit began the render; others wait for the whole page. `'shared'`: to
   * everyone who waits, which freezes what the page says of itself at its first bytes. `'whole'`: to nobody, so that a render that fails late is still
   * answered with a status of its own. What is rendered in one go is answered whole in any case.
   * @default 'first'
   */
  readonly stream?: Stream
  /** How many renders run at once, and how long anybody waits. @default {} */
  readonly admission?: AdmissionOptions
  /** What is said to caches downstream. @default {} */
  readonly downstream?: DownstreamOptions
  /**
   * Lets whoever knows the secret ask why their request is no hit, as `npx --no ssr-cache doctor` does: a request with the header `ssr-cache-explain: SECRET` is
   * answered with the explanation of itself. Off unless set. At least 16 visible ASCII characters.
   * @default undefined
   */
  readonly admin?: { readonly secret: string }
  /**
   * Whether what renders read is compared with what their key holds, and each disagreement told once, as a warning and an event. For development: it looks at
   * every read of a header, cookie or parameter. A NODE_ENV that is not set counts as development: set NODE_ENV=production in production. What it watches are
   * proxies, which structuredClone and postMessage refuse: copy them (`{ ...req.headers }`).
   * @default true, unless NODE_ENV is production or test
   */
  readonly keyCoverage?: boolean
  /** Largest page that is kept, in bytes; larger ones pass through. @default 8388608 */
  readonly maxPageBytes?: number
  /** Most tags that a page may carry; with more it is not shared. @default 1000 */
  readonly maxTags?: number
  /**
   * Milliseconds that a request waits for the store, all of its calls together; beyond it the store counts as having missed, and the request goes on without it.
   * What nobody waits for may take twenty times as long.
   * @default 50
   */
  readonly storeTimeoutMs?: number
  /**
   * When a rendered page is written to a store that answers later: `'behind'` the answer, or `'before'` it, as far as `storeTimeoutMs` allows. A store that answers
   * at once has it before in any case.
   * @default 'behind'
   */
  readonly write?: 'behind' | 'before'
  /** Gets warnings and errors, in pino's shape. @default console, warnings and errors only */
  readonly logger?: Logger
  /** Time; inject a fake one to run without waiting. @default the system's */
  readonly clock?: Clock
}

/** What of the options has a default that is a plain value. */
type Defaults = Required<
  Pick<
    RenderCacheOptions,
    | 'freshness'
    | 'maxAge'
    | 'staleWhileRevalidate'
    | 'staleIfError'
    | 'refreshAhead'
    | 'statusMaxAge'
    | 'routes'
    | 'setCookie'
    | 'ignoreVary'
    | 'stream'
    | 'maxPageBytes'
    | 'maxTags'
    | 'storeTimeoutMs'
    | 'write'
  >
>

/** All defaults, in one place. */
export const DEFAULTS: Defaults = Object.freeze({
  freshness: 'policy',
  maxAge: 60,
  staleWhileRevalidate: 600,
  staleIfError: 86_400,
  refreshAhead: 0,
  statusMaxAge: STATUS_MAX_AGE,
  routes: Object.freeze([]),
  setCookie: 'refuse',
  ignoreVary: Object.freeze(['accept-encoding', 'origin']),
  stream: 'first',
  maxPageBytes: 8_388_608,
  maxTags: 1000,
  storeTimeoutMs: 50,
  write: 'behind',
})

/** All defaults of {@link DownstreamOptions}. */
export const DOWNSTREAM_DEFAULTS: Required<Omit<DownstreamOptions, 'cdn'>> = Object.freeze({
  preset: 'shared',
  cdnKeys: Object.freeze([]),
  staleMaxAge: 10,
})
