import { fileURLToPath } from 'node:url'
import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import {
  createRenderCache,
  fromSpartacusOptions,
  type MemoryStore,
  type NarrowedRequest,
  type RenderCacheOptions,
  type SpartacusLogger,
  type SpartacusOptions,
  type SpartacusRequest,
} from '../../src/index.ts'
import { resolveOptions } from '../../src/options/settings.ts'
import { told } from './told.ts'

const quiet: SpartacusLogger = { debug() {}, info() {}, warn() {}, error() {} }

/** What is mapped, without the store and the logger. */
function mapped(options: SpartacusOptions): RenderCacheOptions {
  const { store, logger, ...rest } = fromSpartacusOptions({ logger: quiet, ...options })
  return rest
}

test('whatever is not given is as it is there: 10 renders, 3 seconds, a minute, 5 minutes', () => {
  const { store, ...rest } = fromSpartacusOptions({})
  expect(rest).toEqual({
    admission: {
      concurrency: 10,
      alwaysConcurrency: 10,
      timeoutMs: 3000,
      alwaysTimeoutMs: 60_000,
      deadlineMs: 300_000,
    },
  })
  expect(resolveOptions(rest)).toMatchObject({ maxAge: 60, admission: { concurrency: 10 } })
})

const shell = fileURLToPath(new URL('./told.ts', import.meta.url))

test.each<[string, SpartacusOptions, RenderCacheOptions]>([
  ['timeout is how long a visitor waits', { timeout: 5000 }, { admission: { timeoutMs: 5000 } }],
  ['timeout 0 is the shell at once, and the render behind it (O7)', { timeout: 0 }, { admission: { timeoutMs: 0 } }],
  ['concurrency is the cap', { concurrency: 4 }, { admission: { concurrency: 4 } }],
  ['maxRenderTime is the deadline', { maxRenderTime: 20_000 }, { admission: { deadlineMs: 20_000 } }],
  [
    'a shorter maxRenderTime shortens the default of timeout',
    { maxRenderTime: 500 },
    { admission: { deadlineMs: 500, timeoutMs: 500 } },
  ],
  ['ttl is milliseconds, and maxAge seconds', { ttl: 300_000 }, { maxAge: 300 }],
  ['ttl is rounded down: no page is fresh for longer than it said', { ttl: 1999 }, { maxAge: 1 }],
  ['a ttl below a second is a second', { ttl: 1 }, { maxAge: 1 }],
  [
    'a ttl beyond what HTTP can say is the most that it can',
    { ttl: Number.MAX_SAFE_INTEGER },
    { maxAge: 2_147_483_648 },
  ],
  ['cache false keeps nothing', { cache: false, ttl: 60_000 }, { maxAge: 0, staleWhileRevalidate: 0, staleIfError: 0 }],
  [
    'forcedSsrTimeout is how long a visitor waits for what is always rendered',
    { forcedSsrTimeout: 20_000 },
    { admission: { alwaysTimeoutMs: 20_000 } },
  ],
  ['documentFilePath is the shell (R42)', { documentFilePath: shell }, { admission: { fallback: shell } }],
])('%s', (_, options, expected) => {
  expect(mapped(options)).toMatchObject(expected)
})

test.each<[string, SpartacusOptions]>([
  ['unset', {}],
  ['undefined, as their defaults have it', { ttl: undefined }],
  ['0, which is for ever there', { ttl: 0 }],
])('a ttl that is %s leaves maxAge as it is here', (_, options) => {
  expect(mapped(options)).not.toHaveProperty('maxAge')
})

test.each<[string, SpartacusOptions, number]>([
  ['cacheSizeMemory bounds pages by their bytes', { cacheSizeMemory: 80_000 }, 4],
  ['cacheSize bounds them by number', { cacheSize: 3 }, 3],
  ['cacheSize 0 is no bound', { cacheSize: 0 }, 5],
  [
    'cacheSize is not looked at where memory limits',
    { cacheSize: 3, ssrFeatureToggles: { limitCacheByMemory: true } },
    5,
  ],
])('%s', async (_, options, kept) => {
  const mapped = fromSpartacusOptions({ logger: quiet, ...options })
  const cache = createRenderCache({ ...mapped, hosts: ['shop.example'], encoding: false })
  for (const path of ['a', 'b', 'c', 'd', 'e']) {
    const request = new Request(`https://shop.example/${path}`, { headers: { accept: 'text/html' } })
    const html = new Response('x'.repeat(14_000), { headers: { 'content-type': 'text/html' } })
    await cache.handle(request, async () => html)
  }
  expect((mapped.store as MemoryStore).size).toBe(kept) // what it is mapped to
  await cache.close()
})

describe('who is rendered for', () => {
  const narrowed = (url: string, headers: Readonly<Record<string, string>> = {}): NarrowedRequest => {
    const { host, pathname, search } = new URL(url)
    const query = search.slice(1)
    return { method: 'GET', scheme: 'https', host, path: pathname, query, url, headers, scope: '', context: undefined }
  }
  const strategyOf = (options: SpartacusOptions, request: NarrowedRequest) => {
    const strategy = mapped({ documentFilePath: shell, ...options }).admission?.strategy
    return typeof strategy === 'function' ? strategy(request) : strategy
  }

  test.each([
    ['/electronics-spa/en/USD/checkout/payment', 'never'],
    ['/my-account/orders', 'never'],
    ['/?asm=true', 'never'],
    ['/?cx-preview', 'never'],
    ['/product/1?code=asm', 'default'],
    ['/', 'default'],
  ])('what Spartacus leaves to the browser by itself is never rendered: %s is %s (R42)', (path, strategy) => {
    expect(strategyOf({}, narrowed(`https://shop.example${path}`))).toBe(strategy)
  })

  test.each([
    [-1, 'never'],
    [0, 'default'],
    [1, 'always'],
  ])('renderingStrategyResolver: %i is %s', (given, strategy) => {
    expect(strategyOf({ renderingStrategyResolver: () => given }, narrowed('https://shop.example/'))).toBe(strategy)
  })

  test('renderingStrategyResolver is given what the key holds, in the shape of Express’ request', () => {
    const seen: SpartacusRequest[] = []
    const renderingStrategyResolver = (request: SpartacusRequest) => seen.push(request) - 1
    const request = narrowed('https://shop.example:8443/a/b?page=2&tag=x&tag=y', { 'accept-language': 'de' })
    strategyOf({ renderingStrategyResolver }, request)
    const [{ get, header, ...rest }] = seen as [SpartacusRequest]
    expect(rest).toEqual({
      method: 'GET',
      url: '/a/b?page=2&tag=x&tag=y',
      originalUrl: '/a/b?page=2&tag=x&tag=y',
      path: '/a/b',
      query: { page: '2', tag: ['x', 'y'] },
      protocol: 'https',
      hostname: 'shop.example',
      headers: { 'accept-language': 'de' },
    })
    expect([get('Accept-Language'), header('user-agent'), get('constructor')]).toEqual(['de', undefined, undefined])
  })

  test('what is none of the three strategies is refused where it is asked', () => {
    const ask = () => strategyOf({ renderingStrategyResolver: () => 2 }, narrowed('https://shop.example/'))
    expect(ask).toThrow('renderingStrategyResolver must give -1, 0 or 1, got 2')
  })

  test('without a shell all is rendered, and a resolver is told so', () => {
    const warnings: string[] = []
    const logger = { ...quiet, warn: (message: string) => void warnings.push(message) }
    expect(fromSpartacusOptions({ renderingStrategyResolver: () => -1, logger }).admission).not.toHaveProperty(
      'strategy',
    )
    expect(fromSpartacusOptions({ logger }).admission).not.toHaveProperty('strategy')
    expect(warnings).toEqual([
      expect.stringMatching(/"renderingStrategyResolver" needs a shell .* Write documentFilePath/),
    ])
  })
})

describe('what has no meaning here is told in one line with the way out, and left out', () => {
  const telling = () => {
    const { lines, logger } = told()
    return { lines, logger: { ...quiet, warn: (message: string, context: object) => logger.warn(context, message) } }
  }

  test.each<[string, SpartacusOptions, RegExp]>([
    ['renderKeyResolver', { renderKeyResolver: () => 'a' }, /"context" of expressCache/],
    ['shouldCacheRenderingResult', { shouldCacheRenderingResult: () => true }, /pageContext\(\)\?\.private/],
    ['cacheEntrySizeCalculator', { cacheEntrySizeCalculator: {} }, /are counted/],
    ['debug', { debug: true }, /cache\.events/],
    ['reuseCurrentRendering', { reuseCurrentRendering: false }, /waits for it/],
    ['blockSsr', { blockSsr: ['/checkout'] } as SpartacusOptions, /not known here/],
  ])('%s', (name, options, wayOut) => {
    const { lines, logger } = telling()
    const { store, logger: _, ...rest } = fromSpartacusOptions({ ...options, logger })
    expect(lines).toEqual([expect.stringMatching(wayOut)])
    expect(lines[0]).toContain(`fromSpartacusOptions: "${name}" `)
    expect(rest).toEqual(mapped({}))
  })

  test('that pages are kept without ttl, or not at all, is told, too', () => {
    const { lines, logger } = telling()
    fromSpartacusOptions({ cache: true, logger })
    fromSpartacusOptions({ cache: false, logger })
    fromSpartacusOptions({ cache: true, ttl: 60_000, reuseCurrentRendering: true, logger })
    expect(lines).toEqual([expect.stringMatching(/Write ttl, or maxAge\./), expect.stringMatching(/nothing is kept/)])
  })
})

test('their logger becomes the cache’s: the words first, and the details after them', () => {
  const said: unknown[] = []
  const say = (...words: unknown[]) => void said.push(words)
  const { logger } = fromSpartacusOptions({ logger: { debug: say, info: say, warn: say, error: say } })
  for (const level of ['debug', 'info', 'warn', 'error'] as const) logger?.[level]({ url: '/' }, level)
  expect(said).toEqual(['debug', 'info', 'warn', 'error'].map((level) => [level, { url: '/' }]))
})

test.each<[object, RegExp]>([
  [
    { timeout: '3s' },
    /"fromSpartacusOptions.timeout" must be a whole number of milliseconds >= 0, got "3s" \(string\)/,
  ],
  [{ timeout: Number.NaN }, /"fromSpartacusOptions.timeout"/],
  [{ timeout: 2 ** 31 }, /"fromSpartacusOptions.timeout" must be milliseconds <= 2147483647/],
  [{ concurrency: 0 }, /"fromSpartacusOptions.concurrency" must be a whole number >= 1, got 0/],
  [{ maxRenderTime: 0 }, /maxRenderTime/],
  [
    { forcedSsrTimeout: 6000, maxRenderTime: 5000 },
    /"fromSpartacusOptions.forcedSsrTimeout" must be at most maxRenderTime \(5000\)/,
  ],
  [{ renderingStrategyResolver: async () => 0 }, /renderingStrategyResolver.* Leave out async\./],
  [
    { timeout: 10_000, maxRenderTime: 5000 },
    /"fromSpartacusOptions.timeout" must be at most maxRenderTime \(5000\), got 10000 .* a longer maxRenderTime\./,
  ],
  [{ ttl: -1 }, /ttl/],
  [{ cacheSizeMemory: 0 }, /cacheSizeMemory/],
  [{ cacheSize: 1.5 }, /cacheSize/],
  [{ logger: { warn() {} } }, /"fromSpartacusOptions.logger.debug" must be a function/],
  [[], /"fromSpartacusOptions" must be an object/],
])('%j is refused at the start', (options, message) => {
  expect(() => fromSpartacusOptions(options as SpartacusOptions)).toThrow(message)
})

const spartacusOptions: fc.Arbitrary<SpartacusOptions> = fc.record(
  {
    timeout: fc.nat(10_000),
    maxRenderTime: fc.integer({ min: 10_000 }),
    concurrency: fc.integer({ min: 1 }),
    ttl: fc.option(fc.nat(), { nil: undefined }),
    cache: fc.boolean(),
    cacheSizeMemory: fc.integer({ min: 1 }),
    cacheSize: fc.nat(),
    reuseCurrentRendering: fc.boolean(),
    ssrFeatureToggles: fc.record({ limitCacheByMemory: fc.boolean(), avoidCachingErrors: fc.boolean() }),
    forcedSsrTimeout: fc.nat(10_000),
    documentFilePath: fc.constant(shell),
    renderingStrategyResolver: fc.constant(() => 0),
    renderKeyResolver: fc.constant(() => 'key'),
    debug: fc.boolean(),
  },
  { requiredKeys: [] },
)

property.prop([spartacusOptions], { numRuns: 100 })(
  'whatever Spartacus takes gives options that createRenderCache takes',
  (options) => {
    expect(() => resolveOptions(fromSpartacusOptions({ ...options, logger: quiet }))).not.toThrow()
  },
)
