import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import type { LoggedRequest } from '../src/replay/access-log-line.ts'
import { ownPaths, storefrontPages } from '../src/replay/page-mapping.ts'
import { visitOf } from '../src/replay/visit.ts'
import { VisitorClient } from '../src/replay/visitor-client.ts'

function logged(parts: Partial<LoggedRequest>): LoggedRequest {
  return { kind: 'request', format: 'combined', client: '10.0.0.1', at: 0, method: 'GET', target: '/', ...parts }
}

describe('a request of the log', () => {
  it.each(['GET', 'HEAD', 'OPTIONS'])('of the method %s is sent as what it is', (method) => {
    expect(visitOf(logged({ method }))).toMatchObject({ method })
  })

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'CONNECT', 'PROPFIND', 'get'])(
    'of the method %s is skipped: it may change something',
    (method) => {
      expect(visitOf(logged({ method }))).toBe('method')
    },
  )

  it.each([
    '/reset.css',
    '/a/B.PNG',
    '/favicon.ico?v=2',
    '/files/x-1.3.2.jar',
    '/feed.xml',
    '/x.tar.gz',
    '/robots.txt',
  ])('for the file %s is skipped (R35)', (target) => {
    expect(visitOf(logged({ target }))).toBe('asset')
  })

  it.each(['/', '/blog', '/blog/', '/a.html', '/INDEX.PHP?x=1', '/releases/2.10', '/@a.b/c', '/x?file=a.css', '/.'])(
    'for %s is one for a page (R35)',
    (target) => {
      expect(visitOf(logged({ target }))).toMatchObject({ method: 'GET' })
    },
  )

  it.each([
    ['/a?b=1&utm_source=x', '/a', '?b=1&utm_source=x'],
    ['/a?', '/a', '?'],
    ['/a?b?c', '/a', '?b?c'],
    ['http://www.example.com/a?b', '/a', '?b'],
    ['https://www.example.com', '/', ''],
    ['http://www.example.com?b', '/', '?b'],
    ['/a b\tc', '/a%20b%09c', ''],
    ['/\xe4?\xff', '/%E4', '?%FF'],
    ['//a//b', '//a//b', ''],
  ])('for %j is one for path and query as the log has them', (target, path, query) => {
    expect(visitOf(logged({ target }))).toMatchObject({ path, query })
  })

  it.each(['*', 'example.com:443', 'ftp://a/b', 'blog'])('for the target %s is skipped', (target) => {
    expect(visitOf(logged({ method: 'OPTIONS', target }))).toBe('target')
  })

  it('is that of a visitor with a cookie, one for each address and none that tells the address', () => {
    const cookieOf = (client: string) => {
      const visit = visitOf(logged({ client }))
      return typeof visit === 'object' ? visit.headers['cookie'] : undefined
    }
    expect(cookieOf('10.0.0.1')).toMatch(/^visitor=[0-9a-f]{16}$/)
    expect(cookieOf('10.0.0.1')).toBe(cookieOf('10.0.0.1'))
    expect(cookieOf('10.0.0.2')).not.toBe(cookieOf('10.0.0.1'))
  })
})

describe('the storefront’s page for a path of the log', () => {
  const films = Array.from({ length: 7 }, (_, n) => `film-${n}`)
  const page = storefrontPages(films)

  it('is the home page for the home page', () => {
    expect(page({ path: '/', query: '?a=1' })).toBe('/?a=1')
  })

  it('is a film, with the log’s own query behind it', () => {
    expect(page({ path: '/blog', query: '' })).toMatch(/^\/movies\/film-\d\?log-page=[0-9a-f]{16}$/)
    expect(page({ path: '/blog', query: '?a=1&&a=2&utm_source=%zz' })).toBe(
      `${page({ path: '/blog', query: '' })}&a=1&&a=2&utm_source=%zz`,
    )
    expect(page({ path: '/blog', query: '?' })).toBe(page({ path: '/blog', query: '' }))
  })

  const path = fc.webPath({ size: 'small' }).map((rest) => `/${rest}`)
  test.prop([fc.uniqueArray(path, { minLength: 2, maxLength: 50 })])(
    'is always the same, and no other path’s: pages are as popular as they were',
    (paths) => {
      const pages = paths.map((each) => page({ path: each, query: '' }))
      expect(storefrontPages(films)({ path: paths[0]!, query: '' })).toBe(pages[0])
      expect(new Set(pages).size).toBe(paths.length)
    },
  )

  it('is any of the films: a thousand paths leave none out, and none has most of them', () => {
    const counts = new Map<string, number>()
    for (let i = 0; i < 1_000; i++) {
      const film = page({ path: `/p/${i}`, query: '' }).split('?')[0]!
      counts.set(film, (counts.get(film) ?? 0) + 1)
    }
    expect(counts.size).toBe(films.length)
    expect(Math.max(...counts.values())).toBeLessThan(250)
  })

  it('is the path itself for the app that wrote the log', () => {
    expect(ownPaths({ path: '/a', query: '?b' })).toBe('/a?b')
  })
})

describe('what is sent', () => {
  const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code))
  const text = fc.string({ unit: byte, maxLength: 40 })

  it('is a request that a real server reads, whatever bytes the log holds (K5)', async () => {
    const seen: string[] = []
    const server = createServer(({ url = '' }, response) => {
      seen.push(url)
      response.setHeader('cache-status', ['proxy; hit', 'ssr-cache; hit; ttl=4']).end('four')
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo // it listens
    const client = new VisitorClient({ origin: `http://127.0.0.1:${port}`, connections: 2, mapping: ownPaths })
    await fc.assert(
      fc.asyncProperty(text, text, text, async (target, referer, userAgent) => {
        const visit = visitOf(logged({ target: `/${target}`, referer, userAgent }))
        if (typeof visit !== 'object') return
        const answer = await client.send(visit)
        expect(answer).toMatchObject({ status: 200, bytes: 4, served: { way: 'hit' } })
        expect(seen.at(-1)).toBe(visit.path + visit.query)
      }),
      { numRuns: 200 },
    )
    await client.destroy()
    server.close()
  })
})
