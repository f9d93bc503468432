import { z } from 'zod'
import type { CdnDialect } from '../cache-control/index.ts'
import type { Clock } from '../clock.ts'
import type { Logger } from '../engine/logger.ts'
import { type BypassOptions, KEY_DEFAULTS, type KeyNormalizerOptions, type KeyOptions } from '../key/key-options.ts'
import type { RouteOptions } from '../rules/routes.ts'
import type { Store } from '../store/store.ts'
import { count, type Expectation, milliseconds, seconds } from './duration.ts'
import { parseOptions } from './parse.ts'

/** How many renders run at once, and how long anybody waits. */
export interface AdmissionOptions {
  /** Shareable renders that run side by side. @default 8 */
  readonly concurrency?: number
  /** Renders that may wait for a place, first come first served; beyond it 503. @default 200 */
  readonly queueLimit?: number
  /** Bypassing requests that the app answers side by side; they wait in a queue of the same limit. @default 256 */
  readonly bypassConcurrency?: number
  /** Milliseconds that a visitor waits for a render before a stale page, or 503, stands in. @default 3000 */
  readonly timeoutMs?: number
  /** Milliseconds after which a render counts as failed and its signal is aborted. @default 60000 */
  readonly deadlineMs?: number
}

/** What is said to caches downstream: browsers, CDNs, reverse proxies. */
export interface DownstreamOptions {
  /** The CDN in front, which gets a field of its own. @default undefined */
  readonly cdn?: CdnDialect
  /** `shared`: browsers keep nothing that no purge can reach. `single`: one `public, max-age=N` for everyone. @default 'shared' */
  readonly preset?: 'shared' | 'single'
  /** Headers and cookies of the key that the CDN keys too, by name. @default [] */
  readonly cdnKeys?: readonly string[]
  /** Seconds that a stale page may be kept downstream while it is refreshed: the grace. @default 10 */
  readonly staleMaxAge?: number
}

/** Options of `createRenderCache`. */
export interface RenderCacheOptions {
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
  /** Seconds that a page is fresh. @default 60 */
  readonly maxAge?: number
  /** Seconds after that in which it is served stale while it is refreshed (RFC 5861 3). @default 600 */
  readonly staleWhileRevalidate?: number
  /** Seconds after that in which it stands in when a render fails (RFC 5861 4). @default 86400 */
  readonly staleIfError?: number
  /** Seconds by status for 301, 308, 404 and 410; they cap what route and render say. @default { 301: 3600, 308: 3600, 404: 10, 410: 3600 } */
  readonly statusMaxAge?: Readonly<Record<number, number>>
  /** Routes in order; the first that matches counts. @default [] */
  readonly routes?: readonly RouteOptions[]
  /** What to do with a Set-Cookie on a shared page: refuse to share it, strip all, or strip those named. @default 'refuse' */
  readonly setCookie?: 'refuse' | 'strip' | readonly string[]
  /** Headers that a page may name in Vary although the key does not hold them. @default ['accept-encoding', 'origin'] */
  readonly ignoreVary?: readonly string[]
  readonly admission?: AdmissionOptions
  readonly downstream?: DownstreamOptions
  /** Largest page that is kept, in bytes; larger ones pass through. @default 8388608 */
  readonly maxPageBytes?: number
  /** Most tags that a page may carry; with more it is not shared. @default 1000 */
  readonly maxTags?: number
  /** Milliseconds of store work per request; beyond it the store counts as having missed. @default 50 */
  readonly storeTimeoutMs?: number
  /** Gets warnings and errors, in pino's shape. @default console, warnings and errors only */
  readonly logger?: Logger
  /** Time; inject a fake one to run without waiting. @default the system's */
  readonly clock?: Clock
}

/** All defaults, in one place. */
export const DEFAULTS = Object.freeze({
  maxAge: 60,
  staleWhileRevalidate: 600,
  staleIfError: 86_400,
  statusMaxAge: Object.freeze({ 301: 3600, 308: 3600, 404: 10, 410: 3600 }),
  routes: Object.freeze([]),
  setCookie: 'refuse',
  ignoreVary: Object.freeze(['accept-encoding', 'origin']),
  maxPageBytes: 8_388_608,
  maxTags: 1000,
  storeTimeoutMs: 50,
})

/** All defaults of {@link AdmissionOptions}. */
export const ADMISSION_DEFAULTS = Object.freeze({
  concurrency: 8,
  queueLimit: 200,
  bypassConcurrency: 256,
  timeoutMs: 3000,
  deadlineMs: 60_000,
})

/** All defaults of {@link DownstreamOptions}. */
export const DOWNSTREAM_DEFAULTS = Object.freeze({ preset: 'shared', cdnKeys: Object.freeze([]), staleMaxAge: 10 })

const expect = (check: (value: unknown) => boolean, expected: string, wayOut: string): z.ZodType<never> =>
  z.custom<never>(check, { params: { expected, wayOut: () => wayOut } satisfies Expectation })

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null
const isFunction = (value: unknown): boolean => typeof value === 'function'
const hasMethods = (value: unknown, names: readonly string[]): boolean =>
  isObject(value) && names.every((name) => isFunction((value as Record<string, unknown>)[name]))

const strings = expect(
  (value) => Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== ''),
  'a list of non-empty strings',
  "Write ['…'].",
)

const statusMaxAge = z.record(z.string(), seconds()).superRefine((value, context) => {
  for (const status of Object.keys(value)) {
    if (['301', '308', '404', '410'].includes(status)) continue
    context.addIssue({
      code: 'custom',
      path: [status],
      params: {
        expected: 'a status that is kept with a lifetime of its own',
        wayOut: () => 'Only 301, 308, 404 and 410 have one: 200 and 203 follow maxAge, anything else is never kept.',
      },
      input: status,
    })
  }
})

const lifetimes = {
  maxAge: seconds().optional(),
  staleWhileRevalidate: seconds().optional(),
  staleIfError: seconds().optional(),
  statusMaxAge: statusMaxAge.optional(),
}

const setCookie = expect(
  (value) =>
    value === 'refuse' ||
    value === 'strip' ||
    (Array.isArray(value) && value.every((name) => typeof name === 'string')),
  "'refuse', 'strip' or a list of cookie names to strip",
  "Write 'refuse' unless you know the cookie to be of no use to the visitor.",
)

const route = z
  .strictObject({
    match: expect(
      (value) => typeof value === 'string' && value.startsWith('/'),
      'a path pattern that begins with "/"',
      "Write '/movies/:id' or '/account/*rest'.",
    ),
    cache: expect(
      (value) => value === false,
      'false, or left out',
      'Write false to keep a route out of the cache.',
    ).optional(),
    ...lifetimes,
    tags: expect(
      (value) => isFunction(value) || Array.isArray(value),
      'a list of tags or a function of the parameters',
      "Write ({ id }) => ['movie:' + id].",
    ).optional(),
    session: expect(
      (value) => value === 'anonymous',
      "'anonymous', or left out",
      "Write 'anonymous' to share the page among visitors who have a session.",
    ).optional(),
    types: strings.optional(),
    setCookie: setCookie.optional(),
    ignoreVary: strings.optional(),
  })
  .superRefine((value, context) => {
    if (value.cache !== false) return
    const idle = Object.keys(value).find((name) => name !== 'match' && name !== 'cache')
    if (idle === undefined) return
    context.addIssue({
      code: 'custom',
      path: [idle],
      params: {
        expected: 'left out where cache is false',
        wayOut: () => 'A route that is not cached has no lifetimes, tags or types.',
      },
      input: (value as Record<string, unknown>)[idle],
    })
  })

const admission = z
  .strictObject({
    concurrency: count(1).optional(),
    queueLimit: count().optional(),
    bypassConcurrency: count(1).optional(),
    timeoutMs: milliseconds().optional(),
    deadlineMs: milliseconds(1).optional(),
  })
  .superRefine((value, context) => {
    const { timeoutMs, deadlineMs } = { ...ADMISSION_DEFAULTS, ...defined(value) }
    if (deadlineMs >= timeoutMs) return
    context.addIssue({
      code: 'custom',
      path: ['deadlineMs'],
      params: {
        expected: `at least timeoutMs (${timeoutMs})`,
        wayOut: () => 'A render must be allowed to run as long as a visitor waits for it.',
      },
      input: deadlineMs,
    })
  })

const downstream = z
  .strictObject({
    cdn: z.enum(['generic', 'cloudflare', 'cloudfront', 'fastly', 'akamai', 'varnish', 'nginx']).optional(),
    preset: z.enum(['shared', 'single']).optional(),
    cdnKeys: strings.optional(),
    staleMaxAge: seconds(1).optional(),
  })
  .superRefine((value, context) => {
    if (value.cdn === undefined || value.preset !== 'single') return
    context.addIssue({
      code: 'custom',
      path: ['preset'],
      params: {
        expected: 'left out beside cdn',
        wayOut: () => 'A CDN dialect has fields of its own; leave out one of the two.',
      },
      input: value.preset,
    })
  })

const schema = z.strictObject({
  store: expect(
    (value) => hasMethods(value, ['get', 'set', 'delete']),
    'a store with get, set and delete',
    'Write memoryStore().',
  ).optional(),
  // Checked by the normalizer, which says the same of itself when it stands alone.
  hosts: z.unknown().optional(),
  key: z.unknown().optional(),
  bypass: z.unknown().optional(),
  build: z
    .strictObject({
      id: expect(
        (value) => typeof value === 'string' && value !== '',
        'a non-empty string',
        'Write the id of the build, such as its commit.',
      ),
    })
    .optional(),
  ...lifetimes,
  routes: z.array(route).optional(),
  setCookie: setCookie.optional(),
  ignoreVary: strings.optional(),
  admission: admission.optional(),
  downstream: downstream.optional(),
  maxPageBytes: count(1).optional(),
  maxTags: count().optional(),
  storeTimeoutMs: milliseconds(1).optional(),
  logger: expect(
    (value) => hasMethods(value, ['debug', 'info', 'warn', 'error']),
    "a logger with pino's methods",
    'Write pino().',
  ).optional(),
  clock: expect(
    (value) => hasMethods(value, ['now', 'schedule', 'cancel']),
    'a clock with now, schedule and cancel',
    'Leave it out, or take fakeClock() of /testing.',
  ).optional(),
})

/** Options as the engine reads them: checked, defaults laid under, frozen. */
export type Settings = ReturnType<typeof resolveOptions>

/**
 * Checks options and lays the defaults under them; the caller's object is only read.
 * @throws ERR_SSR_CACHE_OPTION that says what was expected, what came, and the way out.
 */
export function resolveOptions(options: RenderCacheOptions) {
  parseOptions(schema as z.ZodType<unknown>, options)
  const admissionSettings = Object.freeze({ ...ADMISSION_DEFAULTS, ...defined(options.admission ?? {}) })
  const downstreamSettings = Object.freeze({ ...DOWNSTREAM_DEFAULTS, ...defined(options.downstream ?? {}) })
  return Object.freeze({
    ...DEFAULTS,
    ...defined(options),
    statusMaxAge: Object.freeze({ ...DEFAULTS.statusMaxAge, ...options.statusMaxAge }),
    keying: keying(options),
    keyNames: [
      ...Object.keys(options.key?.headers ?? {}).map((name) => name.toLowerCase()),
      ...(options.key?.cookies ?? []),
    ],
    bypassNames: {
      cookies: options.bypass?.cookies ?? KEY_DEFAULTS.bypassCookies,
      query: options.bypass?.query ?? KEY_DEFAULTS.bypassQuery,
    },
    admission: admissionSettings as Required<AdmissionOptions>,
    downstream: downstreamSettings as DownstreamOptions & Required<Omit<DownstreamOptions, 'cdn'>>,
  })
}

/** The normalizer's part of the options. */
function keying({ hosts, key, bypass }: RenderCacheOptions): KeyNormalizerOptions {
  return defined({ hosts, key, bypass })
}

/** `undefined` means the default. */
function defined<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never // the same entries, fewer
}
