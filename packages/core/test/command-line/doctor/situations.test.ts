import { type HandlerResponse, pageContext, type RenderCacheOptions } from '@ssr-cache/core'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/clock.ts'
import { html } from '../../engine/harness.ts'
import { openWard, PAGE, type Render, SECRET } from './consultation.ts'

/** A page that says something of itself. */
const saying =
  (say: (page: NonNullable<ReturnType<typeof pageContext>>) => unknown): Render =>
  () => {
    const page = pageContext()
    if (page !== undefined) say(page)
    return html('<p>A page</p>')
  }

const answering =
  (response: HandlerResponse): Render =>
  () =>
    response

interface Situation {
  readonly render?: Render
  readonly options?: RenderCacheOptions
  readonly path?: string
  readonly args?: readonly string[]
  readonly verdict: string
  /** Of what is to be done, one line. */
  readonly mend?: string
}

const NO_LIFE = { maxAge: 0, staleWhileRevalidate: 0, staleIfError: 0 }
const MOVIES = { routes: [{ match: '/movies/:id', maxAge: 300 }] }

/** Everything is asked for twice. */
const HEALTHY: Readonly<Record<string, Situation>> = {
  'a page that is rendered once and then kept': { verdict: 'A hit: kept, and fresh for another 60 s.' },
  'a page that was asked for once': {
    args: ['--times', '1'],
    verdict: 'Will be a hit: rendered now, and stored for 60 s.',
  },
  'a page that is refreshed behind each visit, since its lifetime is 0': {
    options: { maxAge: 0 },
    verdict: 'A hit: an old page is served while one render runs behind it.',
    mend: 'Its lifetime is 0: each visit starts a render behind the old page.',
  },
  'a 404, which is kept for ten seconds': {
    render: answering(html('<p>No such page</p>', {}, 404)),
    verdict: 'A hit: kept, and fresh for another 10 s.',
    mend: 'What is kept is a 404; statusMaxAge says how long.',
  },
  'a page whose key holds more than its URL': {
    options: { key: { cookies: ['currency'] } },
    verdict: 'A hit: kept, and fresh for another 60 s.',
    mend: 'If the CDN keys that, too, name it in downstream.cdnKeys.',
  },
}

const ILL: Readonly<Record<string, Situation>> = {
  'a visitor with a session': {
    args: ['--cookie', 'sid=1'],
    verdict:
      'Not a hit: the cookie "sid" says who somebody is (bypass.cookies), so the app answers this visitor alone.',
    mend: "If the HTML is the same for everyone, write session: 'anonymous' on the route of this page.",
  },
  'several cookies, one of which is a session': {
    args: ['--cookie', 'sid=1', '--cookie', 'theme=dark'],
    verdict:
      'Not a hit: one of the cookies "sid" and "theme" says who somebody is (bypass.cookies), so the app answers this visitor alone.',
  },
  'the same, where the cache is asked itself': {
    options: MOVIES,
    path: '/movies/42',
    args: ['--cookie', 'sid=1', '--cookie', 'theme=dark', '--secret', SECRET],
    verdict:
      'Not a hit: the cookie "sid" says who somebody is (bypass.cookies), so the app answers this visitor alone.',
    mend: 'session: \'anonymous\' on the route "/movies/:id"',
  },
  Authorization: {
    args: ['--header', 'Authorization: Basic YTpi'],
    verdict: 'Not a hit: the request carries Authorization, and what that opens is one visitor’s.',
  },
  'a preview': {
    path: '/?preview=1',
    verdict: 'Not a hit: the parameter "preview" marks a preview or a one-time link (bypass.query).',
    mend: 'If it marks none here, give bypass.query a list without it.',
  },
  'bypass.when': {
    options: { bypass: { when: () => true } },
    verdict: 'Not a hit: your bypass.when says so.',
  },
  'bypass.when that throws': {
    options: {
      bypass: {
        when() {
          throw new Error('broken')
        },
      },
    },
    args: ['--secret', SECRET],
    verdict: 'Not a hit: your bypass.when threw.',
  },
  'a request for data': {
    args: ['--header', 'rsc: 1', '--secret', SECRET],
    verdict: 'Not a hit: the header "rsc" asks for data in place of the page.',
  },
  'a request that does not accept HTML': {
    args: ['--header', 'accept: application/json'],
    verdict: 'Not a hit: the request does not accept HTML.',
  },
  'another method in a header': {
    args: ['--header', 'x-http-method-override: DELETE', '--secret', SECRET],
    verdict: 'Not a hit: the header "x-http-method-override" wants the request to be read as another method.',
  },
  'a route that is kept out of the cache': {
    options: { routes: [{ match: '/account/*rest', cache: false }] },
    path: '/account/orders',
    args: ['--secret', SECRET],
    verdict: 'Not a hit: the route "/account/*rest" says cache: false.',
    mend: 'the first that matches counts.',
  },
  'a route whose tags throw': {
    options: { routes: [{ match: '/*rest', tags: () => undefined as never }] },
    verdict:
      'Not a hit: "tags" of the route of this page threw or gave no list, so no invalidation would find the page.',
  },
  'a cache that is off': {
    options: { enabled: false },
    verdict: 'Not a hit: the cache is off: by enabled: false, or since a dev server reloads modules in its process.',
  },
  'a page with a cookie': {
    render: answering(html('<p>', { 'set-cookie': 'seen=1' })),
    verdict: 'Not a hit: the page sets the cookie "seen", so it is one visitor’s.',
    mend: "strip it: setCookie: ['seen'] on the route of this page.",
  },
  'a page that varies by what the key does not hold': {
    render: answering(html('<p>', { vary: 'Accept-Encoding, User-Agent' })),
    verdict: 'Not a hit: the page varies by "user-agent", which the key does not hold.',
    mend: 'name the header in key.headers, with a bucket where it has many values.',
  },
  'a page that varies by several things, of which one is covered': {
    render: answering(html('<p>', { vary: 'accept-language, x-theme' })),
    options: { key: { headers: { 'accept-language': true } } },
    args: ['--secret', SECRET],
    verdict: 'Not a hit: the page varies by "x-theme", which the key does not hold.',
  },
  'a page that varies by cookies': {
    render: answering(html('<p>', { vary: 'cookie' })),
    verdict: 'Not a hit: the page varies by "cookie", which the key does not hold.',
    mend: 'Name the cookies that it depends on in key.cookies.',
  },
  'vary: *': {
    render: answering(html('<p>', { vary: '*' })),
    verdict: 'Not a hit: the page says "vary: *", and no key holds everything.',
  },
  'private()': {
    render: saying((page) => page.private()),
    args: ['--secret', SECRET],
    verdict: 'Not a hit: the page says private() of itself, so it is one visitor’s.',
  },
  'Cache-Control: private': {
    render: answering(html('<p>', { 'cache-control': 'private' })),
    verdict: 'Not a hit: the page says of itself that it is private: by Cache-Control, or by private().',
  },
  'Cache-Control: no-store': {
    render: answering(html('<p>', { 'cache-control': 'no-store' })),
    verdict: 'Not a hit: the page says no-store in Cache-Control.',
  },
  'a nonce': {
    render: answering(html('<script nonce="r4nd0m">1</script>')),
    verdict: 'Not a hit: the page holds a nonce, which would protect nobody but its first visitor.',
  },
  'a lifetime of 0': {
    options: { routes: [{ match: '/*rest', ...NO_LIFE }] },
    args: ['--secret', SECRET],
    verdict:
      'Not a hit: its lifetime is 0 and it has no window: by maxAge of the route "/*rest", or by what the page says of itself.',
    mend: 'Give the route "/*rest" a maxAge, or a staleWhileRevalidate.',
  },
  'a lifetime that the page takes itself': {
    render: saying((page) => page.expiresAt(0)),
    args: ['--secret', SECRET],
    verdict: 'Not a hit: its lifetime is 0 and it has no window: the page says so of itself.',
    mend: 'look for pageContext().maxAge(0) and .expiresAt(…) in the render.',
  },
  'a path that only takes POST': {
    render: answering(html('<p>', { allow: 'POST' }, 405)),
    verdict: 'Not a hit: the app answered 405, which is never kept.',
  },
  'a host that is not ours': {
    options: { hosts: ['shop.example'] },
    args: ['--header', 'host: www.example'],
    verdict: 'Not a hit: the host "www.example" is not among "hosts".',
    mend: "If it is this site’s, write hosts: ['www.example'].",
  },
  'a URL that is too long': {
    options: { key: { maxUrlBytes: 10 } },
    path: '/far-too-long',
    verdict: 'Not a hit: path and query are longer than key.maxUrlBytes.',
  },
  'a keyed value that is too long': {
    options: { key: { cookies: ['c'], maxValueBytes: 2 } },
    args: ['--cookie', 'c=long'],
    verdict: 'Not a hit: a header or cookie of the key is longer than key.maxValueBytes.',
  },
  'another type than HTML': {
    render: answering({ headers: { 'content-type': 'application/json' }, body: '{}' }),
    verdict: 'Not a hit: its type is application/json, which its route does not expect.',
    mend: "write types: ['text/html', 'application/json'] on the route of this page.",
  },
  'a page that is encoded already': {
    render: answering(html('squeezed', { 'content-encoding': 'gzip' })),
    verdict: 'Not a hit: the app has encoded the page already (gzip).',
  },
  'an empty page': {
    render: answering(html('')),
    verdict: 'Not a hit: the page has no body.',
  },
  'a page that is too large': {
    render: answering(html('x'.repeat(100_000))),
    options: { maxPageBytes: 70_000 },
    verdict: 'Not a hit: the page is larger than maxPageBytes, or than its store takes.',
  },
  'too many tags': {
    render: saying((page) => page.tag('a', 'b')),
    options: { maxTags: 1 },
    verdict: 'Not a hit: the page has more tags than maxTags.',
  },
  'a redirect of one visitor that leads to no page': {
    render: answering(html('', { location: 'mailto:somebody@shop.example' }, 302)),
    verdict: 'Not a hit: the app answered 302, which is never kept.',
  },
  'an app that answers 503': {
    render: answering(html('<p>Down</p>', {}, 503)),
    verdict: 'Not a hit: the app answered 503, which counts as a failure.',
  },
  'a render that nobody waits for': {
    render: () => new Promise(() => {}),
    options: { clock: systemClock, admission: { timeoutMs: 0 } },
    verdict: 'Not a hit: its render took longer than admission.timeoutMs.',
  },
}

async function consulted({ render = PAGE, options = {}, path = '/', args = [], verdict, mend }: Situation) {
  await using ward = await openWard(render, options)
  const { stdout, stderr, code, verdict: said } = await ward.consult(path, ...args)
  expect(said).toBe(verdict)
  expect(stdout).toContain(mend ?? '')
  expect(stderr).toBe('')
  return { stdout, code }
}

describe('the doctor finds nothing to mend in', () => {
  test.each(Object.entries(HEALTHY))('%s (I12)', async (_, situation) => {
    const { code, stdout } = await consulted(situation)
    expect(code).toBe(0)
    expect(stdout).not.toContain('\n  mend')
  })
})

describe('the doctor says in words why a page is no hit, who is to blame, and what mends it', () => {
  test.each(Object.entries(ILL))('%s (I12)', async (_, situation) => {
    const { code, stdout } = await consulted(situation)
    expect(code).toBe(1)
    expect(stdout).toContain('\n  mend')
  })
})

describe('an old page that stands in is no health', () => {
  test('while its renders fail, and while it rests: exit 1 (S2, S6)', async () => {
    let isDown = false
    await using ward = await openWard(() => (isDown ? html('<p>Down</p>', {}, 503) : html('<p>Good</p>')))
    await ward.ask('/')
    isDown = true
    ward.clock.advance(661_000)
    const once = await ward.consult('/', '--times', '1')
    expect([once.code, once.verdict]).toEqual([
      1,
      'An old page stands in: the app answered 503, which counts as a failure.',
    ])
    const again = await ward.consult('/', '--secret', SECRET)
    expect([again.code, again.verdict]).toEqual([
      1,
      'An old page stands in: its last render failed, and it rests for 3 to 30 seconds before the next.',
    ])
    expect(again.stdout).toContain('status-503 1')
  })

  test('a stale page that is refreshed is: exit 0', async () => {
    await using ward = await openWard(PAGE)
    await ward.ask('/')
    ward.clock.advance(61_000)
    expect(await ward.consult('/', '--times', '1')).toMatchObject({
      code: 0,
      verdict: 'A hit: an old page is served while one render runs behind it.',
    })
    expect(await ward.consult('/', '--times', '1')).toMatchObject({
      code: 0,
      verdict: 'A hit: kept, and fresh for another 60 s.',
    })
  })
})

describe('no place to render', () => {
  const HANGING = { clock: systemClock, admission: { concurrency: 1, queueLimit: 0, bypassConcurrency: 1 } }

  test.each([
    ['shared', [], 'Not a hit: no place was free to render it.'],
    [
      'bypassing',
      ['--cookie', 'sid=1'],
      'Not a hit: too many visitors are answered one by one, and this one waited in vain for a place.',
    ],
  ])('%s (O1, O6)', async (_, args, verdict) => {
    await using ward = await openWard(({ request }) => {
      return request.url.includes('hangs') ? new Promise(() => {}) : html('<p>A page</p>')
    }, HANGING)
    const headers = { accept: 'text/html', ...(args.length > 0 && { cookie: 'sid=1' }) }
    const arrived = new Promise((resolve) => ward.server.once('request', resolve))
    const left = Promise.withResolvers<void>()
    const hanging = ward.askAndLeave('/hangs', left.promise, { headers })
    await arrived
    expect(await ward.consult('/', ...args)).toMatchObject({ code: 1, verdict })
    left.resolve()
    await hanging
  })
})
