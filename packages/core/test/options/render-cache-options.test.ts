import { createRenderCache, isSsrCacheError, memoryStore, type RenderCacheOptions } from '@ssr-cache/core'
import { describe, expect, test } from 'vitest'
import { DEFAULTS } from '../../src/options/render-cache-options.ts'
import { resolveOptions } from '../../src/options/settings.ts'

/** What creation says of options that are wrong; the code stands before it. */
function refusal(options: unknown): string {
  try {
    createRenderCache(options as RenderCacheOptions) // wrong on purpose
  } catch (error) {
    if (!isSsrCacheError(error)) throw error
    expect(error.code).toBe('ERR_SSR_CACHE_OPTION')
    return error.message.replace('ERR_SSR_CACHE_OPTION: ', '')
  }
  return 'accepted'
}

describe('numbers with the wrong unit are refused, and the message says which to write', () => {
  test.each([
    [{ maxAge: '5m' }, '"maxAge" must be seconds >= 0, got "5m" (string). Write 300.'],
    [{ maxAge: '60s' }, '"maxAge" must be seconds >= 0, got "60s" (string). Write 60.'],
    [{ maxAge: '60' }, '"maxAge" must be seconds >= 0, got "60" (string). Write 60.'],
    [{ maxAge: '1 hour' }, '"maxAge" must be seconds >= 0, got "1 hour" (string). Write 3600.'],
    [{ maxAge: '1.5 min' }, '"maxAge" must be seconds >= 0, got "1.5 min" (string). Write 90.'],
    [{ maxAge: '500ms' }, '"maxAge" must be seconds >= 0, got "500ms" (string). Write 1.'],
    [
      { maxAge: '1 month' },
      '"maxAge" must be seconds >= 0, got "1 month" (string). Write a whole number of seconds, such as 60.',
    ],
    [
      { maxAge: '-5' },
      '"maxAge" must be seconds >= 0, got "-5" (string). Write a whole number of seconds, such as 60.',
    ],
    [{ maxAge: -5 }, '"maxAge" must be seconds >= 0, got -5 (number). Write a whole number of seconds, such as 60.'],
    [{ maxAge: 0.5 }, '"maxAge" must be seconds >= 0, got 0.5 (number). Write a whole number of seconds, such as 60.'],
    [
      { maxAge: Number.NaN },
      '"maxAge" must be seconds >= 0, got NaN (number). Write a whole number of seconds, such as 60.',
    ],
    [
      { maxAge: Number.POSITIVE_INFINITY },
      '"maxAge" must be seconds >= 0, got Infinity (number). Write a whole number of seconds, such as 60.',
    ],
    [{ maxAge: null }, '"maxAge" must be seconds >= 0, got null. Write a whole number of seconds, such as 60.'],
    [{ maxAge: 2 ** 31 + 1 }, '"maxAge" must be seconds >= 0, got 2147483649 (number). Write 2147483648 or less.'],
    [{ staleWhileRevalidate: '10m' }, '"staleWhileRevalidate" must be seconds >= 0, got "10m" (string). Write 600.'],
    [
      { refreshAhead: 12 },
      '"refreshAhead" must be a fraction >= 0 and < 1, got 12 (number). Write 0.2 for the last fifth of a lifetime, or 0 for never.',
    ],
    [{ staleIfError: '1d' }, '"staleIfError" must be seconds >= 0, got "1d" (string). Write 86400.'],
    [{ statusMaxAge: { 404: '10s' } }, '"statusMaxAge.404" must be seconds >= 0, got "10s" (string). Write 10.'],
    [
      { routes: [{ match: '/' }, { match: '/a', maxAge: '2w' }] },
      '"routes[1].maxAge" must be seconds >= 0, got "2w" (string). Write 1209600.',
    ],
    [
      { downstream: { staleMaxAge: '10s' } },
      '"downstream.staleMaxAge" must be seconds >= 1 and <= 86400, got "10s" (string). Write 10.',
    ],
    [
      { downstream: { staleMaxAge: 0 } },
      '"downstream.staleMaxAge" must be seconds >= 1 and <= 86400, got 0 (number). Write a whole number of seconds, such as 60.',
    ],
    [
      { downstream: { staleMaxAge: 2_000_000 } },
      '"downstream.staleMaxAge" must be seconds >= 1 and <= 86400, got 2000000 (number). Write 86400 or less.',
    ],
    [
      { admission: { timeoutMs: '3s' } },
      '"admission.timeoutMs" must be milliseconds >= 0, got "3s" (string). Write 3000.',
    ],
    [
      { admission: { deadlineMs: '1m' } },
      '"admission.deadlineMs" must be milliseconds >= 1, got "1m" (string). Write 60000.',
    ],
    [
      { admission: { deadlineMs: 2 ** 31 } },
      '"admission.deadlineMs" must be milliseconds >= 1, got 2147483648 (number). Write 2147483647 or less.',
    ],
    [
      { storeTimeoutMs: 0 },
      '"storeTimeoutMs" must be milliseconds >= 1, got 0 (number). Write a whole number of milliseconds, such as 3000.',
    ],
    [{ storeTimeoutMs: '50ms' }, '"storeTimeoutMs" must be milliseconds >= 1, got "50ms" (string). Write 50.'],
    [
      { admission: { concurrency: '8' } },
      '"admission.concurrency" must be a whole number >= 1, got "8" (string). Write 8.',
    ],
    [
      { admission: { concurrency: 0 } },
      '"admission.concurrency" must be a whole number >= 1, got 0 (number). Write 1 or more.',
    ],
    [
      { admission: { concurrency: '8s' } },
      '"admission.concurrency" must be a whole number >= 1, got "8s" (string). Write 1 or more.',
    ],
    [
      { admission: { queueLimit: -1 } },
      '"admission.queueLimit" must be a whole number >= 0, got -1 (number). Write 0 or more.',
    ],
    [{ maxTags: 1.5 }, '"maxTags" must be a whole number >= 0, got 1.5 (number). Write 0 or more.'],
    [{ maxPageBytes: '8MB' }, '"maxPageBytes" must be bytes >= 1, got "8MB" (string). Write 8388608.'],
    [{ maxPageBytes: '512 KiB' }, '"maxPageBytes" must be bytes >= 1, got "512 KiB" (string). Write 524288.'],
    [{ maxPageBytes: '8388608' }, '"maxPageBytes" must be bytes >= 1, got "8388608" (string). Write 8388608.'],
    [
      { maxPageBytes: 0 },
      '"maxPageBytes" must be bytes >= 1, got 0 (number). Write a whole number of bytes, such as 1048576.',
    ],
  ])('%j', (options, message) => {
    expect(refusal(options)).toBe(message)
  })
})

describe('unknown names are refused, and the nearest one is named', () => {
  test.each([
    [{ ttl: 60 }, '"ttl" must be left out (there is no such option), got 60 (number). Write maxAge, in seconds.'],
    [
      { swr: 60 },
      '"swr" must be left out (there is no such option), got 60 (number). Write staleWhileRevalidate, in seconds.',
    ],
    [{ maxage: 60 }, '"maxage" must be left out (there is no such option), got 60 (number). Write maxAge.'],
    [
      { stalewhilerevalidate: 1 },
      '"stalewhilerevalidate" must be left out (there is no such option), got 1 (number). Write staleWhileRevalidate.',
    ],
    [{ route: [] }, '"route" must be left out (there is no such option), got [] (array). Write routes.'],
    [
      { admission: { timeout: 3 } },
      '"admission.timeout" must be left out (there is no such option), got 3 (number). Write timeoutMs, in milliseconds.',
    ],
    [
      { admission: { concurency: 3 } },
      '"admission.concurency" must be left out (there is no such option), got 3 (number). Write concurrency.',
    ],
    [
      { downstream: { dialect: 'fastly' } },
      '"downstream.dialect" must be left out (there is no such option), got "fastly" (string). Known are: cdn, preset, cdnKeys, staleMaxAge.',
    ],
    [
      { build: { id: 'a', hash: 'b' } },
      '"build.hash" must be left out (there is no such option), got "b" (string). Known are: id.',
    ],
    [
      { routes: [{ path: '/' }] },
      '"routes[0].path" must be left out (there is no such option), got "/" (string). Write match.',
    ],
    [
      { routes: [{ match: '/', taggs: [] }] },
      '"routes[0].taggs" must be left out (there is no such option), got [] (array). Write tags.',
    ],
    [
      { key: { cookie: ['a'] } },
      '"key.cookie" must be left out (there is no such option), got ["a"] (array). Write cookies.',
    ],
  ])('%j', (options, message) => {
    expect(refusal(options)).toBe(message)
  })

  test('a name that nothing is near gets the list of those there are', () => {
    expect(refusal({ frobnicate: true })).toMatch(
      /^"frobnicate" must be left out .*, got true \(boolean\)\. Known are: enabled, store, hosts, .*maxAge/,
    )
  })
})

describe('values of the wrong kind are refused', () => {
  test.each<[unknown, RegExp | string]>([
    [null, /^"options" must be .*, got null/],
    ['fast', /^"options" must be .*, got "fast" \(string\)/],
    [[], /^"options" must be .*, got \[\] \(array\)/],
    [{ store: {} }, '"store" must be a store with get, set and delete, got {} (object). Write memoryStore().'],
    [{ store: memoryStore }, /^"store" must be a store with get, set and delete, got a function/],
    [{ clock: { now: Date.now } }, /^"clock" must be a clock with now, schedule and cancel/],
    [{ logger: {} }, '"logger" must be a logger with pino\'s methods, got {} (object). Write pino().'],
    [{ build: 'abc' }, /^"build" must be .*object.*, got "abc" \(string\)/],
    [{ build: { id: '' } }, /^"build\.id" must be a non-empty string, got "" \(string\)/],
    [{ routes: {} }, /^"routes" must be .*array.*, got {} \(object\)/],
    [{ routes: ['/a'] }, /^"routes\[0\]" must be .*object.*, got "\/a" \(string\)/],
    [
      { routes: [{ match: 'a' }] },
      '"routes[0].match" must be a path pattern that begins with "/", got "a" (string). Write \'/movies/:id\' or \'/account/*rest\'.',
    ],
    [{ routes: [{}] }, /^"routes\[0\]\.match" must be a path pattern that begins with "\/", got undefined/],
    [
      { routes: [{ match: '/x/*' }] },
      /^"routes\[0\]\.match" must be a path pattern \(.*\), got "\/x\/\*" \(string\)\. Write/,
    ],
    [
      { routes: [{ match: '/', cache: true }] },
      '"routes[0].cache" must be false, or left out, got true (boolean). Write false to keep a route out of the cache.',
    ],
    [
      { routes: [{ match: '/', session: 'all' }] },
      /^"routes\[0\]\.session" must be 'anonymous', or left out, got "all"/,
    ],
    [{ routes: [{ match: '/', tags: 'a' }] }, /^"routes\[0\]\.tags" must be a list of tags, or a function/],
    [
      { routes: [{ match: '/', tags: async () => [] }] },
      /^"routes\[0\]\.tags" must be a list of tags, or a function of the parameters that answers at once, got a function/,
    ],
    [{ routes: [{ match: '/', tags: [42] }] }, /^a tag must be a string or { class/],
    ...['text/html', [], [''], ['html'], ['text/*'], ['*/*'], ['text/html; charset=utf-8'], ['text/'], [1]].map(
      (types): [unknown, RegExp] => [
        { routes: [{ match: '/', types }] },
        /^"routes\[0\]\.types" must be a list of media types without parameters, got .* Write \['text\/html'\], or leave it out\.$/,
      ],
    ),
    [
      { routes: [{ match: '/a' }, { match: '/account/*rest', cache: false }, { match: '/account/orders' }] },
      '"routes[2].match" must be apart from what routes[1] ("/account/*rest") takes before it, got "/account/orders" (string). The first that matches counts: put it before routes[1], or leave one of them out.',
    ],
    [{ setCookie: 'keep' }, /^"setCookie" must be 'refuse', 'strip' or a list of cookie names to strip, got "keep"/],
    [{ setCookie: [1] }, /^"setCookie" must be/],
    [{ ignoreVary: 'origin' }, /^"ignoreVary" must be a list of header names, got "origin"/],
    [{ ignoreVary: ['*'] }, /^"ignoreVary" must be a list of header names, got \["\*"\] \(array\)\. /],
    [{ admission: 8 }, /^"admission" must be .*object.*, got 8/],
    [{ downstream: { cdn: 'nginx1' } }, /^"downstream\.cdn" must be one of "generic", .*, got "nginx1"/],
    [{ downstream: { preset: 'both' } }, /^"downstream\.preset" must be one of "shared", "single", got "both"/],
    [{ statusMaxAge: [] }, /^"statusMaxAge" must be/],
    [{ hosts: 'shop.example' }, /^"hosts" must be a list of non-empty strings/],
    [{ hosts: [] }, /^"hosts" must be hosts such as 'shop\.example:8080'/],
    [{ key: { headers: ['accept-language'] } }, /^"key\.headers" must be an object/],
    [
      { key: { passThrough: ['user-agent'] } },
      /^"key\.passThrough" must be headers that cannot change the page, got "user-agent"/,
    ],
    [{ bypass: { when: true } }, /^"bypass\.when" must be a function/],
  ])('%j', (options, message) => {
    const said = refusal(options)
    if (typeof message === 'string') expect(said).toBe(message)
    else expect(said).toMatch(message)
  })
})

describe('contradictions are errors at the start', () => {
  test.each<[unknown, string]>([
    [
      { routes: [{ match: '/a', cache: false, maxAge: 60 }] },
      '"routes[0].maxAge" must be left out where cache is false, got 60 (number). A route that is not cached has no lifetimes, tags or types.',
    ],
    [
      { routes: [{ match: '/a', cache: false, session: 'anonymous' }] },
      '"routes[0].session" must be left out where cache is false, got "anonymous" (string). A route that is not cached has no lifetimes, tags or types.',
    ],
    [
      { admission: { timeoutMs: 5_000, deadlineMs: 1_000 } },
      '"admission.deadlineMs" must be at least timeoutMs (5000), got 1000 (number). A render must be allowed to run as long as a visitor waits for it.',
    ],
    [
      { admission: { timeoutMs: 90_000 } },
      '"admission.deadlineMs" must be at least timeoutMs (90000), got 60000 (number). A render must be allowed to run as long as a visitor waits for it.',
    ],
    [
      { admission: { alwaysTimeoutMs: 5_000, deadlineMs: 4_000 } },
      '"admission.alwaysTimeoutMs" must be at most deadlineMs (4000), got 5000 (number). Write 4000 or less: nothing may wait for longer than it may run.',
    ],
    [
      { admission: { concurrency: 4, alwaysConcurrency: 5 } },
      '"admission.alwaysConcurrency" must be at most admission.concurrency (4), got 5 (number). Write 4 or less, or raise admission.concurrency: it is a cap inside of that one.',
    ],
    [
      { admission: { concurrency: 4 }, routes: [{ match: '/', admission: { concurrency: 5 } }] },
      '"routes[0].admission.concurrency" must be at most admission.concurrency (4), got 5 (number). Write 4 or less, or raise admission.concurrency: it is a cap inside of that one.',
    ],
    [
      { admission: { queueTimeoutMs: 5_000, deadlineMs: 4_000 } },
      '"admission.queueTimeoutMs" must be at most deadlineMs (4000), got 5000 (number). Write 4000 or less: nothing may wait for longer than it may run.',
    ],
    [
      { admission: { deadlineMs: 9_000 }, routes: [{ match: '/', admission: { queueTimeoutMs: 9_001 } }] },
      '"routes[0].admission.queueTimeoutMs" must be at most deadlineMs (9000), got 9001 (number). Write 9000 or less: nothing may wait for longer than it may run.',
    ],
    [
      { admission: { timeoutMs: 5_000 }, routes: [{ match: '/' }, { match: '/b', admission: { deadlineMs: 4_000 } }] },
      '"routes[1].admission.deadlineMs" must be at least timeoutMs (5000), got 4000 (number). A render must be allowed to run as long as a visitor waits for it.',
    ],
    [
      { downstream: { cdn: 'fastly', preset: 'single' } },
      '"downstream.preset" must be left out beside cdn, got "single" (string). A CDN dialect has fields of its own; leave out one of the two.',
    ],
    [
      { statusMaxAge: { 200: 60 } },
      '"statusMaxAge.200" must be a status that is kept with a lifetime of its own, got "200" (string). Only 301, 308, 404 and 410 have one: 200 and 203 follow maxAge, anything else is never kept.',
    ],
    [
      { routes: [{ match: '/', statusMaxAge: { 500: 1 } }] },
      '"routes[0].statusMaxAge.500" must be a status that is kept with a lifetime of its own, got "500" (string). Only 301, 308, 404 and 410 have one: 200 and 203 follow maxAge, anything else is never kept.',
    ],
    [
      { key: { cookies: ['currency'] }, downstream: { cdnKeys: ['curency'] } },
      '"downstream.cdnKeys" must be names of headers and cookies that the key holds, got "curency" (string). Write currency.',
    ],
    [
      { downstream: { cdnKeys: ['accept-language'] } },
      '"downstream.cdnKeys" must be names of headers and cookies that the key holds, got "accept-language" (string). Name it in key.headers or key.cookies, or leave it out.',
    ],
  ])('%j', (options, message) => {
    expect(refusal(options)).toBe(message)
  })

  test('a cookie that is keyed and bypasses', () => {
    expect(refusal({ key: { cookies: ['a'] }, bypass: { cookies: ['a'] } })).toMatch(
      /^"key\.cookies" must be apart from bypass\.cookies/,
    )
  })
})

describe('what is accepted', () => {
  test('undefined means the default, in every place (STYLE 5)', () => {
    const undefinedAll = Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, undefined]))
    const settings = resolveOptions({
      ...undefinedAll,
      admission: { timeoutMs: undefined },
      downstream: { cdn: undefined },
    } as never)
    expect(settings).toMatchObject(DEFAULTS)
    expect(settings.admission).toMatchObject({ timeoutMs: 3000, queueTimeoutMs: 10_000 })
    expect(
      refusal({
        store: undefined,
        hosts: undefined,
        key: undefined,
        bypass: undefined,
        build: undefined,
        clock: undefined,
        logger: undefined,
      }),
    ).toBe('accepted')
    expect(refusal({ routes: [{ match: '/', cache: false, maxAge: undefined }] })).toBe('accepted')
  })

  test.each<[string, unknown]>([
    ['nothing', {}],
    [
      'everything',
      {
        hosts: ['shop.example'],
        build: { id: 'abc' },
        key: { cookies: ['currency'], headers: { 'Accept-Language': true } },
        bypass: { cookies: ['sid'], query: ['preview'], when: () => false },
        maxAge: 0,
        staleWhileRevalidate: 0,
        staleIfError: 0,
        refreshAhead: 0.99,
        statusMaxAge: { 404: 0 },
        routes: [
          { match: '/account/*rest', cache: false },
          { match: '/m/:id', maxAge: 300, tags: () => [], session: 'anonymous' },
        ],
        setCookie: ['theme'],
        ignoreVary: [],
        admission: {
          concurrency: 1,
          queueLimit: 0,
          bypassConcurrency: 1,
          timeoutMs: 0,
          deadlineMs: 1,
          queueTimeoutMs: 0,
        },
        downstream: { cdn: 'generic', cdnKeys: ['currency', 'Accept-Language'], staleMaxAge: 1 },
        maxPageBytes: 1,
        maxTags: 0,
        storeTimeoutMs: 1,
        logger: console,
      },
    ],
    ['the longest lifetime that HTTP has a number for', { maxAge: 2 ** 31 }],
    ['context among cdnKeys', { downstream: { cdnKeys: ['context'] } }],
  ])('%s', (_, options) => {
    expect(refusal(options)).toBe('accepted')
  })
})

/** Freezes all the way down, functions aside. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const part of Object.values(value)) frozen(part)
  return Object.freeze(value)
}

describe('the caller’s options object', () => {
  const options = (): RenderCacheOptions => ({
    key: { cookies: ['currency'] },
    routes: [
      {
        match: '/m',
        types: ['text/html'],
        tags: ['a'],
        setCookie: ['theme'],
        ignoreVary: ['origin'],
        statusMaxAge: { 404: 1 },
      },
    ],
    setCookie: ['theme'],
    ignoreVary: ['origin'],
    statusMaxAge: { 404: 5 },
    admission: { concurrency: 2 },
    downstream: { cdnKeys: ['currency'] },
    hosts: ['shop.example'],
  })

  test('is not written to', () => {
    const given = frozen(options())
    createRenderCache(given)
    expect(given).toEqual(options())
  })

  test('may be changed later, and nothing changes', () => {
    const lists = { types: ['text/html'], names: ['theme'], vary: ['origin'], keys: ['currency'], tags: ['a'] }
    const figures: Record<number, number> = { 404: 1 }
    const route = { match: '/m', types: lists.types, tags: lists.tags, setCookie: lists.names, statusMaxAge: figures }
    const routes = [route]
    const admission = { concurrency: 2 }
    const settings = resolveOptions({
      routes,
      admission,
      setCookie: lists.names,
      ignoreVary: lists.vary,
      statusMaxAge: figures,
      key: { cookies: lists.keys },
      downstream: { cdnKeys: lists.keys },
    })
    const before = structuredClone(settings)
    for (const list of Object.values(lists)) list.push('later')
    figures[404] = 999
    route.match = '/*rest'
    routes.push({ ...route, match: '/later' })
    admission.concurrency = 999
    expect(structuredClone(settings)).toEqual(before)
  })

  test('what was made of it is frozen', () => {
    const settings = resolveOptions(options())
    for (const part of [settings, settings.routes, settings.statusMaxAge, settings.admission, settings.downstream]) {
      expect(Object.isFrozen(part)).toBe(true)
    }
  })
})
