import { z } from 'zod'
import { hasStatusMaxAge } from '../rules/policy.ts'
import { unreachableRoute } from '../rules/unreachable-route.ts'
import {
  admissionSchema,
  checkLimits,
  checkStrategies,
  routeAdmissionSchema,
  strategySchema,
} from './admission-schema.ts'
import { expect, lastPart, mediaTypes, strings } from './checks.ts'
import { defined } from './defined.ts'
import { checkModes, originSchema } from './origin-options.ts'
import { bytes, count, type Expectation, milliseconds, seconds } from './quantity.ts'

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null
const isFunction = (value: unknown): boolean => typeof value === 'function'
/** Not an async one, whose answer would be a promise. */
const isSynchronous = (value: unknown): boolean => Object.prototype.toString.call(value) === '[object Function]'
const hasMethods = (value: unknown, names: readonly string[]): boolean =>
  isObject(value) && names.every((name) => isFunction((value as Record<string, unknown>)[name]))

// RFC 9110 5.6.2; a Vary of `*` names what no request holds, so no list covers it.
const isHeaderName = (value: unknown): boolean =>
  typeof value === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(value) && value !== '*'

const headerNames = expect(
  (value) => Array.isArray(value) && value.every(isHeaderName),
  'a list of header names',
  "Write ['accept-encoding', 'origin'], and what else a page may vary by without looking different.",
)

const statusMaxAge = z.record(z.string(), seconds()).superRefine((value, context) => {
  for (const status of Object.keys(value)) {
    if (hasStatusMaxAge(Number(status))) continue
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

const freshness = z.enum(['policy', 'origin'])

const lifetimes = {
  maxAge: seconds().optional(),
  staleWhileRevalidate: seconds().optional(),
  staleIfError: seconds().optional(),
  refreshAhead: lastPart.optional(),
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

const stream = z.enum(['first', 'shared', 'whole'])

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
    freshness: freshness.optional(),
    ...lifetimes,
    tags: expect(
      (value) => isSynchronous(value) || Array.isArray(value),
      'a list of tags, or a function of the parameters that answers at once',
      "Write ({ id }) => ['movie:' + id].",
    ).optional(),
    session: expect(
      (value) => value === 'anonymous',
      "'anonymous', or left out",
      "Write 'anonymous' to share the page among visitors who have a session.",
    ).optional(),
    types: mediaTypes.optional(),
    setCookie: setCookie.optional(),
    ignoreVary: headerNames.optional(),
    stream: stream.optional(),
    admission: routeAdmissionSchema.optional(),
    strategy: strategySchema.optional(),
    encoding: expect(
      (value) => value === false,
      'false, or left out',
      'Write false to send the pages of a route as they are.',
    ).optional(),
  })
  .superRefine((value, context) => {
    if (value.cache !== false) return
    const idle = Object.keys(defined(value)).find((name) => name !== 'match' && name !== 'cache')
    if (idle === undefined) return
    context.addIssue({
      code: 'custom',
      path: [idle],
      params: {
        expected: 'left out where cache is false',
        wayOut: () =>
          idle === 'strategy'
            ? "Leave out cache: false: what is never rendered is never kept, and what is answered by the app is the app's."
            : 'A route that is not cached has no lifetimes, tags or types.',
      },
      input: (value as Record<string, unknown>)[idle],
    })
  })

const routes = z.array(route).superRefine((value, context) => {
  const list = value as unknown as { readonly match: string; readonly cache?: false }[] // each was looked at above
  const found = unreachableRoute(list)
  if (found === undefined) return
  const { earlier, later } = found
  context.addIssue({
    code: 'custom',
    path: [later, 'match'],
    params: {
      expected: `apart from what routes[${earlier}] (${JSON.stringify(list[earlier]?.match)}) takes before it`,
      wayOut: () => `The first that matches counts: put it before routes[${earlier}], or leave one of them out.`,
    } satisfies Expectation,
    input: list[later]?.match,
  })
})

// A lease lasts twice as long, and its timer must not overflow; a day is longer than any refresh.
const LONGEST_GRACE = 86_400

const downstream = z
  .strictObject({
    cdn: z.enum(['generic', 'cloudflare', 'cloudfront', 'fastly', 'akamai', 'varnish', 'nginx']).optional(),
    preset: z.enum(['shared', 'single']).optional(),
    cdnKeys: strings.optional(),
    staleMaxAge: seconds(1, LONGEST_GRACE).optional(),
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

// What a field can hold, and what no stranger guesses.
const isSecret = (value: unknown): boolean => typeof value === 'string' && /^[!-~]{16,}$/.test(value)

const admin = z.strictObject({ secret: z.unknown().optional() }).superRefine(({ secret }, context) => {
  if (isSecret(secret)) return
  context.addIssue({
    code: 'custom',
    path: ['secret'],
    params: {
      expected: 'at least 16 visible ASCII characters',
      wayOut: () => 'Write what "openssl rand -hex 24" prints.',
    },
    // It may be somebody's secret all the same, and messages are logged.
    input: typeof secret === 'string' ? '*'.repeat(secret.length) : secret,
  })
})

const shape = z.strictObject({
  enabled: z.boolean().optional(),
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
  freshness: freshness.optional(),
  origin: originSchema.optional(),
  ...lifetimes,
  routes: routes.optional(),
  setCookie: setCookie.optional(),
  ignoreVary: headerNames.optional(),
  stream: stream.optional(),
  // Checked by itself: it may be false.
  encoding: z.unknown().optional(),
  admission: admissionSchema.optional(),
  downstream: downstream.optional(),
  admin: admin.optional(),
  keyCoverage: z.boolean().optional(),
  maxPageBytes: bytes(1).optional(),
  maxTags: count().optional(),
  storeTimeoutMs: milliseconds(1).optional(),
  write: z.enum(['behind', 'before']).optional(),
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

/** The shape of the options, with what to say where they differ from it. Keying is checked by the normalizer. */
export const renderCacheSchema: z.ZodObject = shape
  .superRefine(checkModes)
  .superRefine(checkLimits)
  .superRefine(checkStrategies)
