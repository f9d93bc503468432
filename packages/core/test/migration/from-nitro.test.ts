import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { createRenderCache, fromNitroOptions, type NitroEvent, type NitroOptions } from '../../src/index.ts'
import { resolveOptions } from '../../src/options/settings.ts'
import { noLogger, told } from './told.ts'

/** What is mapped whatever is given. */
const ALWAYS = { admission: { timeoutMs: 60_000, deadlineMs: 60_000 }, stream: 'whole', setCookie: 'refuse' }
const FOR_EVER = 31_536_000

describe('lifetimes of Nitro, in seconds', () => {
  test.each<[string, NitroOptions, 2 | 3, number, number]>([
    ['a page is fresh for a second unless told, and stale for ever in Nitro 2', {}, 2, 1, FOR_EVER],
    ['a page is fresh for a second unless told, and never stale in Nitro 3', {}, 3, 1, 0],
    ['maxAge is maxAge', { maxAge: 300 }, 3, 300, 0],
    ['staleMaxAge is how long it may be stale', { maxAge: 60, staleMaxAge: 600 }, 2, 60, 600],
    ['staleMaxAge says nothing without swr', { maxAge: 60, staleMaxAge: 600 }, 3, 60, 0],
    ['staleMaxAge says nothing where swr is off', { maxAge: 60, staleMaxAge: 600, swr: false }, 2, 60, 0],
    ['staleMaxAge -1 is for ever', { maxAge: 60, staleMaxAge: -1, swr: true }, 3, 60, FOR_EVER],
    ['staleMaxAge 0 is never', { maxAge: 60, staleMaxAge: 0, swr: true }, 3, 60, 0],
    ['swr without staleMaxAge is for ever in both', { maxAge: 60, swr: true }, 3, 60, FOR_EVER],
    ['maxAge 0 keeps nothing', { maxAge: 0, swr: true }, 3, 0, 0],
    ['headersOnly keeps nothing', { maxAge: 60, swr: true, headersOnly: true }, 2, 0, 0],
  ])('%s', (_, options, version, maxAge, stale) => {
    const mapped = fromNitroOptions(options, { version, logger: noLogger })
    expect(mapped).toMatchObject({ maxAge, staleWhileRevalidate: stale, staleIfError: stale })
  })

  test('maxAge 0 of Nitro 2, which is for ever there, is told and keeps nothing', () => {
    const { lines, logger } = told()
    expect(fromNitroOptions({ maxAge: 0 }, { logger }).maxAge).toBe(0)
    expect(lines).toEqual([
      expect.stringMatching(/^fromNitroOptions: "maxAge" is 0, .* write the seconds that you mean\.$/),
    ])
  })
})

describe('what pages depend on', () => {
  test('varies, allowQuery and allowCookies are the parts of the key', () => {
    const { key } = fromNitroOptions(
      {
        varies: ['Accept-Language', '', 'accept-language', 'X-Country', 'Host', 'Accept-Encoding'],
        allowQuery: ['page', 'page', 'sort'],
        allowCookies: ['currency', 'currency'],
      },
      { version: 3, logger: noLogger },
    )
    expect(key).toEqual({
      headers: { 'accept-language': true, 'x-country': true },
      allowQuery: ['page', 'sort'],
      cookies: ['currency'],
    })
  })

  test.each<[string, NitroOptions, 2 | 3, readonly string[] | undefined]>([
    ['all of the query is in the key in Nitro 2', {}, 2, undefined],
    ['none of the query is in the key in Nitro 3', {}, 3, []],
    ['allowQuery true is all of it', { allowQuery: true }, 3, undefined],
    ['allowQuery false is none of it', { allowQuery: false }, 3, []],
  ])('%s', (_, options, version, allowQuery) => {
    expect(fromNitroOptions(options, { version, logger: noLogger }).key?.allowQuery).toEqual(allowQuery)
  })

  test('a header that is keyed no longer passes unkeyed', () => {
    const { key } = fromNitroOptions({ varies: ['traceparent'] })
    expect(key).toEqual({ headers: { traceparent: true }, passThrough: ['tracestate'] })
  })

  test.each([
    ['cookie', /key\.cookies/],
    ['authorization', /bypass/],
    ['x-forwarded-host', /trust proxy/],
  ])('varies: %s is told and left out, with the way out', (name, wayOut) => {
    const { lines, logger } = told()
    expect(fromNitroOptions({ varies: [name] }, { logger }).key?.headers).toEqual({})
    expect(lines).toEqual([expect.stringMatching(wayOut)])
  })
})

describe('who is answered by the app alone', () => {
  const visitor = {
    method: 'GET',
    scheme: 'https',
    host: 'shop.example',
    target: '/teas?draft=1',
    headers: { accept: 'text/html', cookie: 'role=editor', 'x-list': ['a', 'b'] },
  } as const

  test.each<[string, (event: NitroEvent) => boolean]>([
    ['its path (h3 1)', (event) => event.path === '/teas?draft=1'],
    ['its method', (event) => event.method === 'GET' && event.req.method === 'GET'],
    ['its URL (h3 2)', (event) => event.url.searchParams.get('draft') === '1' && event.req.url === event.url.href],
    [
      'its headers (h3 2)',
      (event) => event.req.headers.get('cookie') === 'role=editor' && event.headers.get('x-list') === 'a, b',
    ],
    [
      'its headers (h3 1)',
      (event) => event.node.req.headers['cookie'] === 'role=editor' && event.node.req.originalUrl === event.path,
    ],
  ])('shouldBypassCache sees the visitor by %s, and its yes bypasses (R52)', (_, shouldBypassCache) => {
    const options = fromNitroOptions({ shouldBypassCache })
    const other = { ...visitor, method: 'HEAD', target: '/', headers: {} }
    expect(options.bypass?.when?.(visitor)).toBe(true)
    expect(options.bypass?.when?.(other)).toBe(false)
  })

  test('an async shouldBypassCache is refused at the start', () => {
    const shouldBypassCache = (async () => true) as unknown as () => boolean
    expect(() => fromNitroOptions({ shouldBypassCache })).toThrow(
      /ERR_SSR_CACHE_OPTION: "fromNitroOptions.shouldBypassCache" .* Leave out async\./,
    )
  })
})

test.each<[string, NitroOptions, object]>([
  ['integrity is the build', { integrity: 'b7' }, { build: { id: 'b7' } }],
  ['integrity may be a number', { integrity: 7 }, { build: { id: '7' } }],
  [
    'maxResolveTime is how long a render may take and everyone waits',
    { maxResolveTime: 5 },
    { admission: { timeoutMs: 5000, deadlineMs: 5000 } },
  ],
  [
    'maxResolveTime 0 is the limit of this library',
    { maxResolveTime: 0 },
    { admission: { timeoutMs: 30_000, deadlineMs: 30_000 } },
  ],
  ['maxBodySize is the largest page', { maxBodySize: 1000 }, { maxPageBytes: 1000 }],
  ['stream lets the first visitor have bytes as they come', { stream: true }, { stream: 'first' }],
  ['Set-Cookie is taken away from pages, as Nitro 3 does', {}, { setCookie: 'strip' }],
])('%s', (_, options, expected) => {
  expect(fromNitroOptions(options, { version: 3, logger: noLogger })).toMatchObject(expected)
})

test('nothing is mapped that nobody has given', () => {
  const { maxAge, staleWhileRevalidate, staleIfError, ...rest } = fromNitroOptions({})
  expect([maxAge, staleWhileRevalidate, staleIfError]).toEqual([1, FOR_EVER, FOR_EVER])
  expect(rest).toEqual(ALWAYS)
})

describe('what has no meaning here is told in one line with the way out, and left out', () => {
  test.each<[string, unknown, RegExp]>([
    ['getKey', () => 'a', /"context" of the adapter/],
    ['shouldInvalidateCache', () => true, /cache\.invalidate/],
    ['name', 'teas', /kept by their URL/],
    ['group', 'pages', /kept by their URL/],
    ['base', 'redis', /store/],
    ['integrity', { commit: 'b7' }, /build: \{ id \}/],
    ['getMaxAge', () => 1, /pageContext\(\)\?\.maxAge/],
    ['shouldCache', () => true, /pageContext\(\)\?\.private/],
    ['allowAuthorization', true, /answered by the app alone/],
    ['cacheStatusHeader', 'X-Cache', /Cache-Status/],
    ['transform', () => 1, /cache\.value/],
    ['ttl', 5, /not known/],
    ['constructor', 5, /not known/],
  ])('%s', (name, value, wayOut) => {
    const { lines, logger } = told()
    const mapped = fromNitroOptions({ [name]: value }, { logger })
    expect(lines).toEqual([expect.stringMatching(wayOut)])
    expect(lines[0]).toContain(`fromNitroOptions: "${name}" `)
    expect({ ...mapped, logger: undefined }).toEqual({ ...fromNitroOptions({}), logger: undefined })
  })

  test('an option of Nitro 3 beside the defaults of 2 is told, until one says which it is', () => {
    const { lines, logger } = told()
    fromNitroOptions({ allowQuery: ['page'] }, { logger })
    expect(lines).toEqual([expect.stringMatching(/"allowQuery" is of Nitro 3, .*\{ version: 3 \}/)])
    fromNitroOptions({ allowQuery: ['page'] }, { logger, version: 3 })
    fromNitroOptions({ allowQuery: ['page'], swr: true }, { logger })
    expect(lines).toHaveLength(1)
  })

  test('the logger is the cache’s, too', () => {
    const { logger } = told()
    expect(fromNitroOptions({}, { logger }).logger).toBe(logger)
  })
})

test.each<[unknown, RegExp]>([
  [
    { varies: 'accept-language' },
    /"fromNitroOptions.varies" must be a list of non-empty strings, got "accept-language"/,
  ],
  [{ maxAge: '60s' }, /"fromNitroOptions.maxAge" must be a whole number of seconds >= 0, got "60s" \(string\)/],
  [{ staleMaxAge: -2 }, /"fromNitroOptions.staleMaxAge"/],
  [{ maxAge: 2 ** 40 }, /"fromNitroOptions.maxAge" must be seconds <= 2147483648/],
  [{ allowQuery: [1] }, /"fromNitroOptions.allowQuery" must be/],
  [{ maxResolveTime: -1 }, /"fromNitroOptions.maxResolveTime" must be/],
  [[], /"fromNitroOptions" must be an object/],
])('%j is refused at the start', (options, message) => {
  expect(() => fromNitroOptions(options as NitroOptions, { logger: noLogger })).toThrow(message)
})

const name = fc.stringMatching(/^[a-z][a-z\d-]{0,11}$/)
const nitroOptions: fc.Arbitrary<NitroOptions> = fc.record(
  {
    maxAge: fc.nat(),
    staleMaxAge: fc.integer({ min: -1 }),
    swr: fc.boolean(),
    varies: fc.array(fc.oneof(name, fc.constantFrom('Cookie', 'traceparent', 'accept', 'Range', 'if-match', ''))),
    allowQuery: fc.oneof(fc.boolean(), fc.array(name)),
    allowCookies: fc.array(fc.oneof(name, fc.constantFrom('sid', 'connect.sid', 'currency'))),
    shouldBypassCache: fc.constant(() => false),
    integrity: fc.oneof(fc.string(), fc.integer(), fc.object()),
    maxResolveTime: fc.oneof(fc.integer({ min: 0, max: 2_000_000 }), fc.constant(Number.POSITIVE_INFINITY)),
    maxBodySize: fc.nat(),
    stream: fc.boolean(),
    headersOnly: fc.boolean(),
    getKey: fc.constant(() => 'key'),
  },
  { requiredKeys: [] },
)

property.prop([nitroOptions, fc.constantFrom(2 as const, 3 as const)], { numRuns: 200 })(
  'whatever Nitro takes gives options that createRenderCache takes',
  (options, version) => {
    expect(() => resolveOptions(fromNitroOptions(options, { version, logger: noLogger }))).not.toThrow()
  },
)

test('a cache of mapped options does what Nitro did: fresh, then stale while it is refreshed', async () => {
  const cache = createRenderCache({
    ...fromNitroOptions({ maxAge: 60, swr: true, allowQuery: ['page'] }, { logger: noLogger }),
    hosts: ['shop.example'],
  })
  let renders = 0
  const ask = (target: string) =>
    cache.handle(
      new Request(`https://shop.example${target}`, { headers: { accept: 'text/html' } }),
      async ({ request }) => {
        renders++
        return new Response(`<p>${new URL(request.url).search}</p>`, { headers: { 'content-type': 'text/html' } })
      },
    )
  expect(await (await ask('/?page=2&ref=mail')).text()).toBe('<p>?page=2</p>')
  expect(await (await ask('/?page=2&ref=other')).text()).toBe('<p>?page=2</p>')
  expect(renders).toBe(1)
  await cache.close()
})
