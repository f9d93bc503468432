import { describe, expect, it } from 'vitest'
import { isPersonal } from '../../src/key/bypass.ts'
import { createKeyNormalizer, type KeyNormalizerOptions, type VisitorRequest } from '../../src/key/index.ts'
import { SESSION_COOKIES } from '../../src/key/session-cookies.ts'
import { keyed, keyOf, narrowed, plain, visitor } from './visitor.ts'

type Row = readonly [what: string, request: Partial<VisitorRequest>, reason: string, culprit: string | undefined]

const bypasses: readonly Row[] = [
  ['POST (P12)', { method: 'POST' }, 'method', 'POST'],
  ['PURGE, whose name is not ours to count (I11)', { method: 'PURGE' }, 'method', undefined],
  ['a method in small letters, which is another method', { method: 'get' }, 'method', undefined],
  ['an upgrade', { headers: { upgrade: 'websocket' } }, 'upgrade', 'upgrade'],
  ['a GET with a body of known length (P5)', { headers: { 'content-length': '4' } }, 'body', undefined],
  ['a GET with a chunked body (P5)', { headers: { 'transfer-encoding': 'chunked' } }, 'body', undefined],
  ['a length that is no number (P5)', { headers: { 'content-length': '0, 4' } }, 'body', undefined],
  [
    'a method override (P5)',
    { headers: { 'x-http-method-override': 'POST' } },
    'method-override',
    'x-http-method-override',
  ],
  ['another method override (P5)', { headers: { 'x-http-method': 'PUT' } }, 'method-override', 'x-http-method'],
  ['a third method override (P5)', { headers: { 'x-method-override': 'GET' } }, 'method-override', 'x-method-override'],
  ['a component payload (P9)', { headers: { rsc: '1' } }, 'data-request', 'rsc'],
  ['an Inertia visit (P9)', { headers: { 'x-inertia': 'true', accept: 'text/html' } }, 'data-request', 'x-inertia'],
  [
    'an Inertia visit that calls itself boosted (P9)',
    { headers: { 'x-inertia': 'true', 'hx-boosted': 'true' } },
    'data-request',
    'x-inertia',
  ],
  ['an htmx fragment (P9)', { headers: { 'hx-request': 'true' } }, 'data-request', 'hx-request'],
  [
    'a fetch by script (P9)',
    { headers: { 'sec-fetch-dest': 'empty', accept: '*/*' } },
    'data-request',
    'sec-fetch-dest',
  ],
  [
    'a fetch by script without Accept (P9)',
    { headers: { 'sec-fetch-dest': ['empty'] } },
    'data-request',
    'sec-fetch-dest',
  ],
  ['JSON alone (P9)', { headers: { accept: 'application/json' } }, 'accept', 'accept'],
  ['HTML refused (P9)', { headers: { accept: 'text/html;q=0, */*' } }, 'accept', 'accept'],
  ['HTML refused after anything (P9)', { headers: { accept: '*/*, text/html;q=0' } }, 'accept', 'accept'],
  ['anything at quality 0 (P9)', { headers: { accept: '*/*; q=0.0' } }, 'accept', 'accept'],
  ['images (P9)', { headers: { accept: 'image/avif,image/webp,*/*;q=0' } }, 'accept', 'accept'],
  ['Authorization', { headers: { authorization: 'Basic eDp5' } }, 'authorization', 'authorization'],
  ['a preview (C10)', { target: '/?preview=1' }, 'query', 'preview'],
  ['a draft (C10)', { target: '/?draft' }, 'query', 'draft'],
  ['a one-time link', { target: '/?token=abc' }, 'query', 'token'],
  ['an assisted session', { target: '/?asm=true' }, 'query', 'asm'],
  ['a page of the editor', { target: '/?cx-preview=1' }, 'query', 'cx-preview'],
  ['an escaped preview (P4)', { target: '/?%70review=1' }, 'query', 'preview'],
  ['a preview in brackets, which parsers read as the same (P4)', { target: '/?preview[]=1' }, 'query', 'preview'],
  ['a preview in escaped brackets (P4)', { target: '/?preview%5Bx%5D=1' }, 'query', 'preview'],
  ['a preview whose whole name is in brackets (P4)', { target: '/?[preview]=1' }, 'query', 'preview'],
  ['a preview whose name is in escaped brackets (P4)', { target: '/?%5Bpreview%5D=1' }, 'query', 'preview'],
  ['a preview in brackets before others (P4)', { target: '/?a=1&[preview][x]=1' }, 'query', 'preview'],
  ['a session', { headers: { cookie: 'sid=s3cret' } }, 'cookie', 'sid'],
  ['a session after other cookies', { headers: { cookie: 'a=1;b=2; connect.sid=s3cret' } }, 'cookie', 'connect.sid'],
  ['a session in a second line', { headers: { cookie: ['a=1', 'PHPSESSID=s3cret'] } }, 'cookie', 'PHPSESSID'],
  ['a session in pieces', { headers: { cookie: 'next-auth.session-token.0=s' } }, 'cookie', 'next-auth.session-token*'],
  ['a session named by its visitor', { headers: { cookie: 'SESSs3cret=1' } }, 'cookie', 'SESS*'],
]

describe('the app answers itself, and the reason names the culprit but never its value (R65)', () => {
  it.each<Row>(bypasses)('%s', (_what, request, reason, culprit) => {
    const result = plain.normalize(visitor(request))
    expect(result).toStrictEqual({ kind: 'bypass', reason, ...(culprit === undefined ? {} : { culprit }) })
    expect(JSON.stringify(result)).not.toContain('s3cret')
  })

  const shared: readonly (readonly [what: string, request: Partial<VisitorRequest>])[] = [
    ['HEAD', { method: 'HEAD' }],
    ['no Accept', {}],
    ['an empty Accept', { headers: { accept: '' } }],
    ['Accept of a browser', { headers: { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' } }],
    ['Accept in capitals', { headers: { accept: 'TEXT/HTML' } }],
    ['HTML with a parameter of 0 that is no quality', { headers: { accept: 'text/html;v=0' } }],
    ['any text', { headers: { accept: 'text/*;q=0.1' } }],
    ['XHTML', { headers: { accept: 'application/xhtml+xml' } }],
    ['Accept over two lines', { headers: { accept: ['application/json', '*/*;q=0.1'] } }],
    ['a navigation', { headers: { 'sec-fetch-dest': 'document' } }],
    ['a fetch by script that asks for HTML', { headers: { 'sec-fetch-dest': 'empty', accept: 'Text/HTML' } }],
    [
      'a boosted htmx link',
      { headers: { 'hx-request': 'true', 'hx-boosted': 'true', 'sec-fetch-dest': 'empty', accept: '*/*' } },
    ],
    ['an empty body', { headers: { 'content-length': '0' } }],
    ['cookies that say nobody', { headers: { cookie: 'theme=dark; _ga=1; sidebar=open; sid' } }],
    ['parameters that resemble', { target: '/?previews=1&Preview=1&[[preview]]=1&x[preview]=1&a=preview' }],
    [
      'a range and conditions, which are answered from the page (P7)',
      { headers: { range: 'bytes=0-1', 'if-none-match': '*', 'if-match': '"x"' } },
    ],
    [
      'fields of our own and of caches (P10)',
      { headers: { 'cache-control': 'no-cache', pragma: 'no-cache', 'cache-status': 'x; hit', age: '1' } },
    ],
  ]
  it.each(shared)('%s is no reason', (_what, request) => {
    expect(plain.normalize(visitor(request)).kind).toBe('keyed')
  })

  it('a bypassing visitor has no key, so that their render neither leads nor joins a shared one (C10)', () => {
    expect(plain.normalize(visitor({ target: '/?preview=1' }))).not.toHaveProperty('full')
  })

  it('what is none of our business comes before what is personal', () => {
    const request = visitor({ method: 'POST', target: '/?preview', headers: { cookie: 'sid=1', authorization: 'x' } })
    expect(plain.normalize(request)).toMatchObject({ reason: 'method' })
  })

  it('only Authorization, query, session and `when` are personal', () => {
    const reasons = ['method', 'upgrade', 'body', 'method-override', 'data-request', 'accept']
    expect(reasons.filter(isPersonal)).toEqual([])
    expect(['authorization', 'query', 'cookie', 'when'].filter(isPersonal)).toHaveLength(4)
  })
})

describe('data requests that a key holds', () => {
  const options: KeyNormalizerOptions = { key: { headers: { rsc: true } } }

  it('have pages of their own, apart from the page for people (P9)', () => {
    const normalizer = createKeyNormalizer(options)
    const request = visitor({ headers: { rsc: '1', 'sec-fetch-dest': 'empty', accept: '*/*' } })
    expect(keyed(request, normalizer).full).not.toBe(keyOf('/', normalizer))
    expect(narrowed(request, normalizer).headers).toMatchObject({ rsc: '1' })
  })

  it('do not vouch for others that no key holds (P9)', () => {
    const request = visitor({ headers: { rsc: '1', 'x-inertia': 'true' } })
    expect(createKeyNormalizer(options).normalize(request)).toMatchObject({ culprit: 'x-inertia' })
  })

  it('may be told apart by how they are fetched', () => {
    const normalizer = createKeyNormalizer({ key: { headers: { 'sec-fetch-dest': true } } })
    const request = visitor({ headers: { 'sec-fetch-dest': 'empty', accept: '*/*' } })
    expect(keyed(request, normalizer).full).not.toBe(keyOf('/', normalizer))
  })
})

describe('options of the bypass', () => {
  it('replace the default lists', () => {
    const normalizer = createKeyNormalizer({ bypass: { cookies: ['me*'], query: ['secret'] } })
    expect(normalizer.normalize(visitor({ target: '/?preview=1', headers: { cookie: 'sid=1' } })).kind).toBe('keyed')
    expect(normalizer.normalize(visitor({ target: '/?secret' }))).toMatchObject({ culprit: 'secret' })
    expect(normalizer.normalize(visitor({ headers: { cookie: 'member=1' } }))).toMatchObject({ culprit: 'me*' })
  })

  it('let a keyed cookie beat the default list, its patterns too, and that cookie alone (R66)', () => {
    const normalizer = createKeyNormalizer({ key: { cookies: ['SESSION', 'sb-theme'] } })
    expect(keyed(visitor({ headers: { cookie: 'SESSION=a; sb-theme=b' } }), normalizer).parts).toHaveLength(2)
    expect(normalizer.normalize(visitor({ headers: { cookie: 'SESSION=a; SESSIONID=b' } }))).toMatchObject({
      culprit: 'SESS*',
    })
  })

  it('look at a bypassing parameter before an allow-list drops it', () => {
    const normalizer = createKeyNormalizer({ key: { allowQuery: ['page'] } })
    expect(normalizer.normalize(visitor({ target: '/?preview=1' }))).toMatchObject({ reason: 'query' })
  })

  it("lift only the bypass by cookie where a route's session is anonymous", () => {
    const anonymous = { session: 'anonymous' } as const
    const normalizer = createKeyNormalizer({ bypass: { when: ({ headers }) => headers['x-draft'] !== undefined } })
    const cookie = 'sid=1'
    const page = normalizer.normalize(visitor({ headers: { cookie } }), anonymous)
    expect(page.kind).toBe('keyed')
    expect(normalizer.normalize(visitor({ headers: { cookie, authorization: 'x' } }), anonymous)).toMatchObject({
      reason: 'authorization',
    })
    expect(normalizer.normalize(visitor({ target: '/?preview', headers: { cookie } }), anonymous)).toMatchObject({
      reason: 'query',
    })
    expect(normalizer.normalize(visitor({ headers: { cookie, 'x-draft': '1' } }), anonymous)).toMatchObject({
      reason: 'when',
    })
  })

  it('never show the session to a render that an anonymous route shares', () => {
    const request = visitor({ headers: { cookie: 'sid=s3cret' } })
    const page = plain.normalize(request, { session: 'anonymous' })
    expect(page.kind === 'keyed' && JSON.stringify(plain.narrow(page, request))).not.toContain('s3cret')
  })
})

describe('bypass.when', () => {
  const askWith = (when: unknown) =>
    createKeyNormalizer({ bypass: { when: when as () => boolean } }).normalize(visitor())

  it.each([
    ['true', () => true],
    ['something truthy', () => 'yes'],
    ['a promise, which is no answer', () => Promise.resolve(false)],
  ])('bypasses on %s', (_what, when) => {
    expect(askWith(when)).toEqual({ kind: 'bypass', reason: 'when' })
  })

  it('fails closed: where it throws, the app answers, and the reason says so', () => {
    const result = askWith(() => {
      throw new Error('no session store')
    })
    expect(result).toEqual({ kind: 'bypass', reason: 'when', culprit: 'threw' })
  })

  it.each([[false], [undefined], [null], [0], ['']])('shares on %j', (answer) => {
    expect(askWith(() => answer).kind).toBe('keyed')
  })

  it('is asked only where nothing else decided', () => {
    let asked = 0
    const normalizer = createKeyNormalizer({ bypass: { when: () => ++asked > 0 } })
    for (const [, request] of bypasses) normalizer.normalize(visitor(request))
    expect(asked).toBe(0)
  })

  it('sees the request as it was sent', () => {
    const request = visitor({ target: '/a?utm_x=1' })
    const seen: VisitorRequest[] = []
    createKeyNormalizer({ bypass: { when: (asked) => seen.push(asked) < 0 } }).normalize(request)
    expect(seen).toEqual([request])
  })
})

describe('the default session cookies', () => {
  it.each([
    'sid',
    'session',
    'sessionid',
    'connect.sid',
    'express:sess',
    'koa.sess',
    'PHPSESSID',
    'JSESSIONID',
    'ASP.NET_SessionId',
    '__session',
    '__Host-session',
    '__Secure-next-auth.session-token',
    'authjs.session-token.1',
    'laravel_session',
    '_session_id',
    'rack.session',
    'wordpress_logged_in_0a1b',
    'SESS0a1b',
    'SSESS0a1b',
    'sb-abc-auth-token.0',
    'appSession.1',
    'jwt',
    'token',
    '__prerender_bypass',
  ])('hold %s', (name) => {
    expect(plain.normalize(visitor({ headers: { cookie: `${name}=1` } }))).toMatchObject({ reason: 'cookie' })
  })

  it.each([
    '_ga',
    '_fbp',
    'theme',
    'currency',
    'lang',
    'consent',
    'cart',
    'XSRF-TOKEN',
    'OptanonConsent',
    '.AspNetCore.Culture',
    '__cf_bm',
    'AWSALB',
  ])('do not hold %s', (name) => {
    expect(plain.normalize(visitor({ headers: { cookie: `${name}=1` } })).kind).toBe('keyed')
  })

  it('are listed once each', () => {
    expect(new Set(SESSION_COOKIES).size).toBe(SESSION_COOKIES.length)
  })
})
