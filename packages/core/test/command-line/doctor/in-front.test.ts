import { createServer, type RequestListener, request } from 'node:http'
import { describe, expect, test } from 'vitest'
import { serve } from '../../../../../test-utils/serve.ts'
import { html } from '../../engine/harness.ts'
import { consult, openWard, PAGE, type Render, SECRET } from './consultation.ts'

type Fields = Readonly<Record<string, string>>

/** A proxy that hands everything on and adds its own fields; `without` are fields that it removes. */
function proxyTo(port: number, added: Fields, without: readonly string[] = []): RequestListener {
  return (visit, response) => {
    const { url, method, headers } = visit
    const asked = request({ port, host: '127.0.0.1', path: url, method, headers, agent: false }, (answer) => {
      for (const [name, value] of Object.entries(answer.headers)) {
        if (!without.includes(name) && value !== undefined) response.setHeader(name, value)
      }
      for (const [name, value] of Object.entries(added)) response.appendHeader(name, value)
      response.writeHead(answer.statusCode ?? 502)
      answer.pipe(response)
    })
    visit.pipe(asked)
  }
}

async function consultBehind(added: Fields, o: { render?: Render; args?: readonly string[]; without?: string[] } = {}) {
  await using ward = await openWard(o.render ?? PAGE)
  await using proxy = await serve(proxyTo(ward.port, added, o.without))
  return await consult(['doctor', `http://${proxy.host}/`, ...(o.args ?? [])])
}

describe('a cache in front that answers by itself is said to, and is no fault', () => {
  test.each<[string, Fields, string]>([
    [
      'its member after ours',
      { 'cache-status': '"Edge Cache"; hit; ttl=9' },
      'Edge Cache answered by itself (hit; ttl=9)',
    ],
    ['an Age', { age: '17', via: '1.1 varnish' }, '1.1 varnish answered by itself (age: 17)'],
    ['an Age without a name', { age: '17' }, 'a cache in front answered by itself (age: 17)'],
    ['Cloudflare', { 'cf-cache-status': 'HIT' }, 'Cloudflare answered by itself (cf-cache-status: HIT)'],
    [
      'CloudFront',
      { 'x-cache': 'Hit from cloudfront' },
      'a cache in front answered by itself (x-cache: Hit from cloudfront)',
    ],
    ['Fastly', { 'x-cache': 'MISS, HIT' }, 'a cache in front answered by itself (x-cache: MISS, HIT)'],
  ])('%s', async (_, added, said) => {
    expect(await consultBehind(added)).toMatchObject({ code: 0, verdict: `A hit: ${said}; the app was not asked.` })
  })
})

describe('a cache in front that asked the app changes nothing', () => {
  test.each<[string, Fields]>([
    ['its member says so', { 'cache-status': 'Edge; fwd=miss; stored' }],
    ['an Age of 0', { age: '0', via: '1.1 varnish' }],
    ['Cloudflare', { 'cf-cache-status': 'DYNAMIC' }],
    ['CloudFront', { 'x-cache': 'Miss from cloudfront' }],
    ['a member that is malformed', { 'x-cache': 'weird', 'cache-status-x': ';;;' }],
  ])('%s', async (_, added) => {
    expect(await consultBehind(added)).toMatchObject({ code: 0, verdict: 'A hit: kept, and fresh for another 60 s.' })
  })
})

test('a cache in front that gives everyone what is one visitor’s is the first thing to mend (I4)', async () => {
  const render = () => html('<p>', { 'set-cookie': 'seen=1' })
  const found = await consultBehind({ 'cf-cache-status': 'HIT' }, { render })
  expect(found).toMatchObject({
    code: 1,
    verdict:
      'Not a hit: Cloudflare answered everyone with what is one visitor’s (cf-cache-status: HIT), although the app sent it private.',
  })
})

describe('an answer that has no word of the cache', () => {
  const bare =
    (status: number): RequestListener =>
    (_, response) =>
      void response.writeHead(status).end('<p>')

  test('did not come by it: a proxy, or code above it, is to blame', async () => {
    await using site = await serve(bare(200))
    const found = await consult(['doctor', `http://${site.host}/`])
    expect(found.code).toBe(1)
    expect(found.verdict).toBe(
      'Not a hit: the answer (200) has no Cache-Status of ssr-cache, so it did not come by the cache.',
    )
    expect(found.stdout).toContain('no proxy removes Cache-Status')
  })

  test('a 404 says that there may be no page at all', async () => {
    await using site = await serve(bare(404))
    expect(await consult(['doctor', `http://${site.host}/`])).toMatchObject({
      code: 1,
      verdict: expect.stringContaining('the app has no page here, or the cache is not on the way'),
    })
  })

  test('where the cache answers who knows the secret, it is on the way all the same', async () => {
    const found = await consultBehind({}, { without: ['cache-status'], args: ['--secret', SECRET] })
    expect(found.code).toBe(1)
    expect(found.verdict).toBe(
      'Not a hit: the cache is on the way, and the answer (200) is not its own: what it was given to render passed the visitor on.',
    )
  })
})

test.each<[string, RequestListener]>([
  [
    'shorter than its length',
    (_, response) => {
      response.writeHead(200, { 'cache-status': 'ssr-cache; hit; ttl=60', 'content-length': '1000' })
      response.write('<p>', () => response.destroy())
    },
  ],
  [
    'without its last chunk',
    (_, response) => {
      response.writeHead(200, { 'cache-status': 'ssr-cache; fwd=uri-miss; stored; ttl=60' })
      response.write('<p>', () => response.destroy())
    },
  ],
])('a body that breaks off is no hit, whatever its head says: %s', async (_, listener) => {
  await using site = await serve(listener)
  const found = await consult(['doctor', `http://${site.host}/`])
  expect(found).toMatchObject({
    code: 1,
    verdict: 'Not a hit: its body broke off, or did not end in time: whoever asks is given a part of it.',
  })
})

describe('the secret', () => {
  const OTHER = 'another-secret-than-it'

  test('another one than admin.secret is no way in, and that is said', async () => {
    const { stdout, code } = await consultBehind({}, { args: ['--secret', OTHER] })
    expect(code).toBe(0)
    expect(stdout).toContain('The secret was not heeded')
    expect(stdout).not.toContain(OTHER)
  })

  test('where the answer did not come by the cache, that may be why nobody heeded it', async () => {
    await using site = await serve((_, response) => void response.end('ok'))
    const { stdout } = await consult(['doctor', `http://${site.host}/healthz`, '--secret', SECRET])
    expect(stdout).toMatch(/The secret was not heeded: the request did not\s+come to the cache, or/)
  })

  test('one that a cache in front keeps from the app: the app itself is to be asked', async () => {
    const hiding = await consultBehind({ age: '3', 'content-type': 'text/html' }, { args: ['--secret', OTHER] })
    expect(hiding.stdout).toContain("Ask the app itself: http://127.0.0.1:PORT, with --header 'host: NAME'.")
  })
})

test('pages that are stored each time and never found are several processes, or a store that forgets', async () => {
  await using one = await openWard(PAGE)
  await using other = await openWard(PAGE)
  let turn = 0
  const balancer = createServer((visit, response) => proxyTo([one, other][turn++ % 2]?.port ?? 0, {})(visit, response))
  await using site = await serve((visit, response) => balancer.emit('request', visit, response))
  expect(await consult(['doctor', `http://${site.host}/`])).toMatchObject({
    code: 1,
    verdict: 'Not a hit: it was stored each time, and found by nobody.',
  })
  expect(await consult(['doctor', `http://${site.host}/`, '--times', '3'])).toMatchObject({ code: 0 })
})
