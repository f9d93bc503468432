import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createKeyNormalizer, isSsrCacheError, type KeyNormalizerOptions } from '../../src/key/index.ts'
import { KEY_DEFAULTS } from '../../src/key/key-options.ts'
import { SESSION_COOKIES } from '../../src/key/session-cookies.ts'
import { checkCount, checkObject, checkStrings } from '../../src/option-checks.ts'
import { keyOf, plain, visitor } from './visitor.ts'

/** What creating a normalizer with these options says. */
function complaint(options: unknown): string {
  try {
    createKeyNormalizer(options as KeyNormalizerOptions)
  } catch (error) {
    return isSsrCacheError(error) && error.code === 'ERR_SSR_CACHE_OPTION'
      ? error.message.slice('ERR_SSR_CACHE_OPTION: '.length)
      : `not ours: ${error}`
  }
  return 'accepted'
}

const throwing = (): never => {
  throw new TypeError('value is undefined')
}

describe('a wrong option is found at creation, with what was expected, what came, and the way out', () => {
  it.each<readonly [unknown, string]>([
    [null, '"options" must be an object, got null. Write { … }.'],
    ['shop', '"options" must be an object, got "shop" (string). Write { … }.'],
    [[], '"options" must be an object, got [] (array). Write { … }.'],
    [{ host: ['a'] }, '"host" must be left out (there is no such option), got ["a"] (array). Write hosts.'],
    [{ KEY: {} }, '"KEY" must be left out (there is no such option), got {} (object). Write key.'],
    [{ ttl: 60 }, '"ttl" must be left out (there is no such option), got 60 (number). Known are: hosts, key, bypass.'],
    [
      { key: { cookie: ['a'] } },
      '"key.cookie" must be left out (there is no such option), got ["a"] (array). Write cookies.',
    ],
    [
      { key: { ignorequery: [] } },
      '"key.ignorequery" must be left out (there is no such option), got [] (array). Write ignoreQuery.',
    ],
    [
      { key: { maxUrlByte: 1 } },
      '"key.maxUrlByte" must be left out (there is no such option), got 1 (number). Write maxUrlBytes.',
    ],
    [
      { key: { bypassQuery: [] } },
      '"key.bypassQuery" must be left out (there is no such option), got [] (array). Known are: allowQuery, ignoreQuery, cookies, headers, passThrough, maxUrlBytes, maxValueBytes.',
    ],
    [
      { bypass: { cookie: [] } },
      '"bypass.cookie" must be left out (there is no such option), got [] (array). Write cookies.',
    ],
    [
      { hosts: 'shop.example' },
      '"hosts" must be a list of non-empty strings, got "shop.example" (string). Write [\'…\'].',
    ],
    [
      { hosts: [] },
      "\"hosts\" must be hosts such as 'shop.example:8080' or '*.shop.example', got [] (array). Leave it out to take any.",
    ],
    [{ hosts: [''] }, '"hosts" must be a list of non-empty strings, got [""] (array). Write [\'…\'].'],
    [
      { hosts: ['https://shop.example'] },
      '"hosts" must be hosts such as \'shop.example:8080\' or \'*.shop.example\', got "https://shop.example" (string). Leave it out to take any.',
    ],
    [
      { hosts: ['shop.example', '*.[::1]'] },
      '"hosts" must be hosts such as \'shop.example:8080\' or \'*.shop.example\', got "*.[::1]" (string). Leave it out to take any.',
    ],
    [{ key: null }, '"key" must be an object, got null. Write { … }.'],
    [{ key: new Map([['cookies', ['a']]]) }, '"key" must be an object, got {} (object). Write { … }.'],
    [
      { key: { ignoreQuery: 'ref' } },
      '"key.ignoreQuery" must be a list of non-empty strings, got "ref" (string). Write [\'…\'].',
    ],
    [
      { key: { ignoreQuery: ['x_*'] } },
      '"key.ignoreQuery" must be exact names, got "x_*" (string). Write every name in full.',
    ],
    [
      { key: { allowQuery: [1] } },
      '"key.allowQuery" must be a list of non-empty strings, got [1] (array). Write [\'…\'].',
    ],
    [
      { key: { cookies: ['cart*'] } },
      '"key.cookies" must be exact names, got "cart*" (string). Write every name in full.',
    ],
    [{ key: { cookies: ['a=b'] } }, '"key.cookies" must be names of cookies, got "a=b" (string). A * may only end it.'],
    [
      { key: { headers: ['accept-language'] } },
      '"key.headers" must be an object, got ["accept-language"] (array). Write { … }.',
    ],
    [{ key: { headers: new Headers() } }, '"key.headers" must be an object, got {} (object). Write { … }.'],
    [
      { key: { headers: { 'x-a': false } } },
      '"key.headers.x-a" must be true or a function, got false (boolean). Write true for the whole value.',
    ],
    [
      { key: { headers: { 'x-a': async () => 'a' } } },
      '"key.headers.x-a" must be a function that answers at once, got a function. Leave out async.',
    ],
    [
      { key: { headers: { 'x-a': throwing } } },
      '"key.headers.x-a" must be a function that gives a string or undefined, for undefined too, got "TypeError: value is undefined" (string). Handle undefined.',
    ],
    [
      { key: { headers: { 'x-a': () => 1 } } },
      '"key.headers.x-a" must be a function that gives a string or undefined, for undefined too, got 1 (number). Handle undefined.',
    ],
    [
      { key: { headers: { 'x-a': () => Promise.resolve('a') } } },
      '"key.headers.x-a" must be a function that gives a string or undefined, for undefined too, got {} (object). Handle undefined.',
    ],
    [
      { key: { headers: { 'x a': true } } },
      '"key.headers" must be names of headers, got "x a" (string). Write the name alone.',
    ],
    [
      { key: { headers: { '': true } } },
      '"key.headers" must be names of headers, got "" (string). Write the name alone.',
    ],
    [
      { key: { headers: { 'X-A': true, 'x-a': true } } },
      '"key.headers" must be headers that tell pages apart, got "x-a" (string). Name it once.',
    ],
    [
      { key: { headers: { Cookie: true } } },
      '"key.headers" must be headers that tell pages apart, got "Cookie" (string). Name cookies in key.cookies.',
    ],
    [
      { key: { passThrough: ['User-Agent'] } },
      '"key.passThrough" must be headers that cannot change the page, got "User-Agent" (string). Name it in key.headers, with a bucket.',
    ],
    [
      { key: { passThrough: ['x:y'] } },
      '"key.passThrough" must be names of headers, got "x:y" (string). Write the name alone.',
    ],
    [
      { key: { maxUrlBytes: '8192' } },
      '"key.maxUrlBytes" must be a whole number of bytes >= 1, got "8192" (string). Write 8192.',
    ],
    [
      { key: { maxUrlBytes: '8kb' } },
      '"key.maxUrlBytes" must be a whole number of bytes >= 1, got "8kb" (string). Write 1 or more, without a unit.',
    ],
    [
      { key: { maxValueBytes: 0 } },
      '"key.maxValueBytes" must be a whole number of bytes >= 1, got 0 (number). Write 1 or more, without a unit.',
    ],
    [
      { key: { maxValueBytes: 1.5 } },
      '"key.maxValueBytes" must be a whole number of bytes >= 1, got 1.5 (number). Write 1 or more, without a unit.',
    ],
    [
      { key: { maxValueBytes: Number.NaN } },
      '"key.maxValueBytes" must be a whole number of bytes >= 1, got NaN (number). Write 1 or more, without a unit.',
    ],
    [
      { key: { maxValueBytes: Number.POSITIVE_INFINITY } },
      '"key.maxValueBytes" must be a whole number of bytes >= 1, got Infinity (number). Write 1 or more, without a unit.',
    ],
    [{ bypass: [] }, '"bypass" must be an object, got [] (array). Write { … }.'],
    [
      { bypass: { cookies: 'sid' } },
      '"bypass.cookies" must be a list of non-empty strings, got "sid" (string). Write [\'…\'].',
    ],
    [
      { bypass: { cookies: ['*_session'] } },
      '"bypass.cookies" must be names of cookies, got "*_session" (string). A * may only end it.',
    ],
    [
      { bypass: { query: ['pre*'] } },
      '"bypass.query" must be exact names, got "pre*" (string). Write every name in full.',
    ],
    [{ bypass: { when: true } }, '"bypass.when" must be a function, got true (boolean). Hand in a function.'],
    [
      { bypass: { when: async () => true } },
      '"bypass.when" must be a function that answers at once, got a function. Leave out async.',
    ],
  ])('%j', (options, message) => {
    expect(complaint(options)).toBe(message)
  })

  it('shows values that are no JSON without breaking its own message', () => {
    const cycle: Record<string, unknown> = {}
    cycle['self'] = cycle
    expect(complaint({ hosts: cycle })).toContain('got [object Object] (object)')
    expect(complaint({ hosts: 1n })).toContain('got 1')
    expect(complaint({ hosts: [1n] })).toContain('got [object Array] (array)')
    expect(complaint({ hosts: 'a'.repeat(200) })).toContain(`got "${'a'.repeat(78)}… (string)`)
  })

  it('takes undefined for the default everywhere', () => {
    const unset = { hosts: undefined, key: undefined, bypass: undefined }
    expect(complaint(unset)).toBe('accepted')
    const names = ['ignoreQuery', 'allowQuery', 'cookies', 'headers', 'passThrough', 'maxUrlBytes', 'maxValueBytes']
    const key = Object.fromEntries(names.map((name) => [name, undefined]))
    const options = {
      key,
      bypass: { cookies: undefined, query: undefined, when: undefined },
    } as object as KeyNormalizerOptions
    const request = visitor({ target: '/?b=2&a=1&utm_x=1', headers: { traceparent: '1' } })
    expect(createKeyNormalizer(options).normalize(request)).toEqual(plain.normalize(request))
  })
})

describe('options that contradict each other are refused at creation', () => {
  it.each<readonly [string, KeyNormalizerOptions, string]>([
    [
      'a cookie keyed and bypassing',
      { key: { cookies: ['a', 'sid'] }, bypass: { cookies: ['sid'] } },
      '"key.cookies" must be apart from bypass.cookies, got "sid"',
    ],
    [
      'a cookie keyed and under a bypassing pattern',
      { key: { cookies: ['sid2'] }, bypass: { cookies: ['sid*'] } },
      '"key.cookies" must be apart from bypass.cookies, got "sid2"',
    ],
    [
      'a parameter allowed and ignored',
      { key: { allowQuery: ['a'], ignoreQuery: ['a'] } },
      '"key.allowQuery" must be apart from key.ignoreQuery, got "a"',
    ],
    [
      'a parameter ignored and bypassing',
      { key: { ignoreQuery: ['x'] }, bypass: { query: ['x'] } },
      '"key.ignoreQuery" must be apart from bypass.query, got "x"',
    ],
    [
      'a parameter ignored that bypasses by default',
      { key: { ignoreQuery: ['token'] } },
      '"key.ignoreQuery" must be apart from bypass.query, got "token"',
    ],
    [
      'a header passed and keyed, whatever its letter case (R68)',
      { key: { headers: { 'X-A': true }, passThrough: ['x-a'] } },
      '"key.passThrough" must be apart from key.headers, got "x-a" (string). Name it in one of them only.',
    ],
    ['no list of headers to pass', { key: { passThrough: 'x-a' as never } }, '"key.passThrough" must be'],
    [
      'a header keyed that passes by default',
      { key: { headers: { traceparent: true } } },
      '"key.passThrough" must be apart from key.headers, got "traceparent"',
    ],
  ])('%s', (_what, options, message) => {
    expect(complaint(options)).toContain(message)
  })

  it.each<readonly [string, KeyNormalizerOptions]>([
    ['a keyed cookie of the default bypass list', { key: { cookies: ['session'] } }],
    [
      'an ignored parameter that the bypass list was set without',
      { key: { ignoreQuery: ['token'] }, bypass: { query: ['preview'] } },
    ],
    ['an allowed parameter that bypasses', { key: { allowQuery: ['preview'] } }],
    ['a keyed header, and no header that passes', { key: { headers: { traceparent: true }, passThrough: [] } }],
    ['a bucketed forwarded address', { key: { headers: { 'x-forwarded-for': () => 'de' } } }],
  ])('but not %s', (_what, options) => {
    expect(complaint(options)).toBe('accepted')
  })
})

describe('headers that would be a mistake', () => {
  it.each([
    'host',
    'Cookie',
    'authorization',
    'proxy-authorization',
    'Accept',
    'accept-encoding',
    'Range',
    'if-none-match',
    'if-modified-since',
    'X-Forwarded-Host',
    'x-forwarded-proto',
    'forwarded',
  ])('%s cannot be keyed (P2, P7)', (name) => {
    expect(complaint({ key: { headers: { [name]: true } } })).toMatch(
      /^"key\.headers" must be headers that tell pages apart/,
    )
  })

  it.each([
    'host',
    'cookie',
    'Authorization',
    'proxy-authorization',
    'accept',
    'accept-encoding',
    'range',
    'if-match',
    'x-forwarded-for',
    'X-Forwarded-Host',
    'forwarded',
    'x-real-ip',
    'user-agent',
    'Accept-Language',
    'sec-ch-ua-mobile',
    'sec-fetch-dest',
    'save-data',
    'referer',
    'origin',
    'rsc',
    'hx-target',
    'x-inertia-version',
  ])('%s cannot pass unkeyed (R68, P7)', (name) => {
    expect(complaint({ key: { passThrough: [name] } })).toMatch(
      /^"key\.passThrough" must be headers that cannot change the page/,
    )
  })

  it.each(['traceparent', 'x-request-id', 'x-amzn-trace-id', 'b3', 'constructor'])('%s may pass', (name) => {
    expect(complaint({ key: { passThrough: [name] } })).toBe('accepted')
  })
})

describe("the caller's options", () => {
  const options = () => ({
    hosts: ['shop.example'],
    key: {
      ignoreQuery: ['ref'],
      allowQuery: ['a', 'b'],
      cookies: ['c'],
      headers: { 'X-H': true as const },
      passThrough: ['x-t'],
      maxUrlBytes: 100,
      maxValueBytes: 10,
    },
    bypass: { cookies: ['me'], query: ['secret'], when: () => false },
  })

  function freeze(value: object): void {
    for (const inner of Object.values(value)) if (typeof inner === 'object') freeze(inner)
    Object.freeze(value)
  }

  it('are never written to', () => {
    const frozen = options()
    freeze(frozen)
    const normalizer = createKeyNormalizer(frozen)
    const request = visitor({ target: '/?a=1', headers: { cookie: 'c=1', 'x-h': '2' } })
    expect(normalizer.normalize(request).kind).toBe('keyed')
    expect(normalizer.dropped(request)).toEqual([])
    expect(JSON.stringify(frozen)).toBe(JSON.stringify(options()))
  })

  it('may change afterwards without any effect', () => {
    const ours = options()
    const normalizer = createKeyNormalizer(ours)
    const requests = [
      visitor({ target: '/?a=1&z=1', headers: { cookie: 'c=1; d=2', 'x-h': '1', 'x-t': '2', 'x-new': '3' } }),
      visitor({ host: 'evil.example' }),
      visitor({ headers: { cookie: 'me=1' } }),
      visitor({ target: '/?secret' }),
    ]
    const answers = () =>
      requests.map((request) => {
        const result = normalizer.normalize(request)
        return [result, normalizer.dropped(request), result.kind === 'keyed' && normalizer.narrow(result, request)]
      })
    const before = JSON.stringify(answers())
    ours.hosts.push('evil.example')
    ours.key.allowQuery.push('z')
    ours.key.cookies.push('d')
    ours.key.passThrough.push('x-new')
    Object.assign(ours.key.headers, { 'x-new': true })
    ours.bypass.cookies.length = 0
    ours.bypass.query.length = 0
    Object.assign(ours.bypass, { when: () => true })
    Object.assign(ours.key, { maxUrlBytes: 1, maxValueBytes: 1 })
    expect(JSON.stringify(answers())).toBe(before)
  })

  it('are kept out of reach: the normalizer is frozen', () => {
    expect(Object.isFrozen(plain)).toBe(true)
    expect(Object.isFrozen(plain.vary)).toBe(true)
  })
})

describe('the documented defaults are the real ones', () => {
  const source = readFileSync(new URL('../../src/key/key-options.ts', import.meta.url), 'utf8')
  const documented = [...source.matchAll(/interface (\w+) \{([\s\S]*?)\n\}/g)].flatMap(([, interfaceName, body]) =>
    [...(body as string).matchAll(/\/\*\*([\s\S]*?)\*\/\s*readonly (\w+)\?:/g)].map(
      ([, doc, name]) =>
        [`${interfaceName}.${name}`, /@default (.+?)\s*$/m.exec((doc as string).replace(/\s*$/, ''))?.[1]] as const,
    ),
  )
  const real: Readonly<Record<string, unknown>> = {
    'KeyOptions.ignoreQuery': KEY_DEFAULTS.ignoreQuery,
    'KeyOptions.allowQuery': undefined,
    'KeyOptions.cookies': KEY_DEFAULTS.cookies,
    'KeyOptions.headers': KEY_DEFAULTS.headers,
    'KeyOptions.passThrough': KEY_DEFAULTS.passThrough,
    'KeyOptions.maxUrlBytes': KEY_DEFAULTS.maxUrlBytes,
    'KeyOptions.maxValueBytes': KEY_DEFAULTS.maxValueBytes,
    'BypassOptions.cookies': SESSION_COOKIES,
    'BypassOptions.query': KEY_DEFAULTS.bypassQuery,
    'BypassOptions.when': undefined,
    'KeyNormalizerOptions.hosts': undefined,
    'KeyNormalizerOptions.key': {},
    'KeyNormalizerOptions.bypass': {},
  }

  it('for every option there is', () => {
    expect(documented.map(([name]) => name).sort()).toEqual(Object.keys(real).sort())
    expect(KEY_DEFAULTS.bypassCookies).toBe(SESSION_COOKIES)
  })

  it.each(documented)('%s: %s', (name, text) => {
    const value = real[name]
    if (value === SESSION_COOKIES) expect(text).toBe('the usual session names')
    else
      expect(text).toBe(
        value === undefined ? 'undefined' : JSON.stringify(value).replaceAll('"', "'").replaceAll(',', ', '),
      )
  })

  it('and they are what a normalizer without options goes by', () => {
    expect(keyOf(`/${'a'.repeat(KEY_DEFAULTS.maxUrlBytes - 1)}`)).toHaveLength(
      'https://shop.example'.length + KEY_DEFAULTS.maxUrlBytes,
    )
    expect(plain.normalize(visitor({ target: `/${'a'.repeat(KEY_DEFAULTS.maxUrlBytes)}` }))).toMatchObject({
      status: 414,
    })
  })
})

describe('the checks that other modules borrow', () => {
  it('refuse lists with holes', () => {
    const holes: unknown[] = ['a']
    holes[2] = 'c'
    expect(() => checkStrings('x', holes)).toThrow('a list of non-empty strings')
  })

  it('take instances of classes for objects', () => {
    class Options {
      readonly a = 1
    }
    expect(() => checkObject('x', new Options())).not.toThrow()
    expect(() => checkObject('x', Object.create(null))).not.toThrow()
  })

  it('name a unit only where there is one', () => {
    expect(() => checkCount('x', -1, 0)).toThrow(
      '"x" must be a whole number >= 0, got -1 (number). Write 0 or more, without a unit.',
    )
    expect(() => checkCount('x', ' ', 0)).toThrow('Write 0 or more')
  })
})
