import { describe, expect, test } from 'vitest'
import { serve } from '../../../../../test-utils/serve.ts'
import { html } from '../../engine/harness.ts'
import { runHere } from '../run-here.ts'
import { consult, openWard, PAGE, SECRET } from './consultation.ts'

/** Whatever differs from run to run. */
const withoutChance = (text: string): string =>
  text.replace(/in \d+ ms/g, 'in N ms').replace(/127\.0\.0\.1:\d+/g, 'HOST')

describe('what the doctor prints', () => {
  test('begins with the verdict, then what mends it, then what it was told', async () => {
    await using ward = await openWard(PAGE, {
      build: { id: 'b7' },
      key: { cookies: ['currency'] },
      routes: [{ match: '/movies/:id' }],
    })
    const hit = await ward.consult('/movies/42?utm_source=mail', '--cookie', 'currency=EUR', '--secret', SECRET)
    expect(`\n${withoutChance(hit.stdout)}`).toBe(`
A hit: kept, and fresh for another 60 s.

  asked    http://HOST/movies/42?utm_source=mail
           1. 200 in N ms, ssr-cache; fwd=uri-miss; stored; ttl=60
           2. 200 in N ms, ssr-cache; hit; ttl=60
  sent     vary: cookie
           cache-control: private, no-cache
  route    /movies/:id
  key      http://HOST/movies/42 + cookie currency
           without query utm_source (tracking)
  build    b7
  counted  hit 1, miss 1, renders 1
  note     It goes out private, since its key holds more than the URL. If the CDN keys that, too, name it in downstream.cdnKeys.
           "hosts" is not set: in production any Host makes pages of its own.
`)
  })

  test('without the secret it says that the cache could say more, where it could', async () => {
    await using ward = await openWard(() => html('<p>', { 'set-cookie': 'seen=1; Path=/' }))
    const { stdout } = await ward.consult('/', '--times', '1')
    expect(`\n${withoutChance(stdout)}`).toBe(`
Not a hit: the page sets the cookie "seen", so it is one visitor’s.

  mend     Set it where it is needed, and not with a page for everyone.
           If nobody needs it, strip it: setCookie: ['seen'] on the route of this page.
  asked    http://HOST/
           1. 200 in N ms, ssr-cache; fwd=miss; detail=set-cookie
  sent     cache-control: private, no-store
           set-cookie: seen=…
  note     With admin: { secret } in the cache, and --secret, it names route and culprit itself.
`)
  })

  test('--json is the same for programs', async () => {
    await using ward = await openWard(PAGE)
    const { stdout, code } = await ward.consult('/', '--cookie', 'sid=1', '--secret', SECRET, '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      url: `http://${ward.host}/`,
      healthy: false,
      verdict: 'not-a-hit',
      reason: 'cookie',
      culprits: ['sid'],
      says: expect.stringContaining('the cookie "sid"'),
      mend: expect.any(Array),
      notes: expect.any(Array),
      redirects: [],
      answers: [{ status: 200, cacheStatus: 'ssr-cache; fwd=bypass; detail=cookie' }, { status: 200 }],
      explained: { explanation: { decision: 'bypass', culprit: 'sid' } },
    })
  })

  test.each([[], ['--json']])('no value of a cookie and no secret is in it: %j', async (...args) => {
    await using ward = await openWard(() => html('<p>', { 'set-cookie': 'seen=set-value' }), {
      key: { cookies: ['c'] },
    })
    const sent = ['--cookie', 'sid=sent-value', '--cookie', 'c=keyed-value', '--secret', SECRET, ...args]
    expect((await ward.consult('/', ...sent)).stdout).not.toMatch(/-value|a-secret-of/)
    expect((await ward.consult('/', '--secret', SECRET, ...args)).stdout).not.toMatch(/-value|a-secret-of/)
  })

  test('what an app sends does not steer the terminal that it is shown on', async () => {
    await using site = await serve((_, response) => {
      response.setHeader('cache-status', 'ssr-cache; hit; detail="\x9b31m"')
      response.setHeader('content-type', 'application/json')
      const dropped = [{ kind: 'query', name: '\x1b[2J\nforged', why: 'ignored' }]
      response.end(
        JSON.stringify({ explanation: { decision: 'shared', variant: {}, url: 'u', dropped }, hostsNamed: true }),
      )
    })
    const { stdout } = await consult(['doctor', `http://${site.host}/`, '--secret', SECRET])
    expect(stdout).toContain('without query \ufffd[2J\ufffdforged (ignored)')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none must be there
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  })

  test('a reason of another version is told as it came', async () => {
    await using site = await serve((_, response) => {
      response.setHeader('cache-status', 'ssr-cache; fwd=bypass; detail=moonphase').end()
    })
    expect(await consult(['doctor', `http://${site.host}/`])).toMatchObject({
      code: 1,
      verdict: 'Not a hit: the cache says "moonphase", which this version of the doctor does not know.',
    })
  })

  test.each([
    ['a terminal with colours', { isTTY: true, hasColors: (): boolean => true }, true],
    ['a terminal where none are wanted (NO_COLOR)', { isTTY: true, hasColors: (): boolean => false }, false],
    ['a file', { hasColors: (): boolean => true }, false],
  ])('%s', async (_, output, isColoured) => {
    await using ward = await openWard(PAGE)
    const { stdout } = await runHere(['doctor', `http://${ward.host}/`], { output })
    expect(stdout.includes('\x1b[')).toBe(isColoured)
  })
})

test('a browser’s request is what it sends, and what is given replaces it', async () => {
  const seen: (string | undefined)[] = []
  await using site = await serve(({ headers }, response) => {
    seen.push(headers.accept, headers['accept-language'], headers['sec-fetch-dest'], headers.cookie, headers.host)
    response.end()
  })
  const given = [
    '--header',
    'Accept-Language: de',
    '--header',
    'host: shop.example',
    '--cookie',
    'a=1',
    '--cookie',
    'b=2',
  ]
  await consult(['doctor', `http://${site.host}/#top`, '--times', '1', ...given])
  expect(seen).toEqual([expect.stringContaining('text/html'), 'de', 'document', 'a=1; b=2', 'shop.example'])
})

test('SSR_CACHE_SECRET does what --secret does, and an empty one nothing', async () => {
  await using ward = await openWard(PAGE)
  const url = `http://${ward.host}/`
  expect((await consult(['doctor', url], { SSR_CACHE_SECRET: SECRET })).stdout).toContain('\n  counted')
  expect((await consult(['doctor', url], { SSR_CACHE_SECRET: '' })).stdout).not.toContain('secret')
})
