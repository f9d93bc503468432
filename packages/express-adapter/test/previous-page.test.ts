import { pageContext } from '@ssr-cache/core'
import { expressCache } from '@ssr-cache/express-adapter'
import type { Request, RequestHandler, Response } from 'express'
import { describe, expect, test } from 'vitest'
import { type Express, isHit, open, type Shop, VERSIONS } from './versions.ts'

const MODIFIED = 'Sun, 06 Nov 1994 08:49:37 GMT'

function site(express: Express, handler: (request: Request, response: Response) => unknown): Promise<Shop> {
  const options = { maxAge: 60, staleWhileRevalidate: 0, staleIfError: 3_600 }
  return open(express, (app, cache) => app.use(expressCache(cache, handler as RequestHandler)), options)
}

describe.each(VERSIONS)('%s: a render of a page that is kept', (_, express) => {
  test('may answer 304: who waited is given the page, which is fresh again', async () => {
    await using shop = await site(express, (_request, response) => {
      const { previous } = pageContext() ?? {}
      if (previous?.etag === '"v1"') response.status(304).end()
      else response.set('ETag', '"v1"').send('<p>one')
    })
    const miss = await shop.get('/')
    shop.clock.advance(60_000)
    const vouched = await shop.get('/')
    expect([vouched.status, vouched.text]).toEqual([200, '<p>one'])
    expect(vouched.headers).toMatchObject({
      'cache-status': 'ssr-cache; fwd=stale; stored; ttl=60',
      'cache-control': miss.headers['cache-control'],
      'content-type': miss.headers['content-type'],
      'content-length': '6',
      etag: miss.headers.etag,
    })
    const hit = await shop.get('/')
    expect([isHit(hit), hit.text]).toEqual([true, '<p>one'])
  })

  test('is sent no condition, ours or a visitor’s: an app’s own freshness check answers the whole page (R68, C10)', async () => {
    const seen: string[] = []
    await using shop = await site(express, ({ headers, fresh }, response) => {
      seen.push(...Object.keys(headers).filter((name) => name.startsWith('if-')))
      response.set('Last-Modified', MODIFIED).send(`<p>${fresh}`)
    })
    const { headers } = await shop.get('/')
    const own = await shop.get('/', { cookie: 'connect.sid=1' })
    shop.clock.advance(60_000)
    await shop.cache.invalidate({ urls: ['/'] })
    const known = { 'if-none-match': String(own.headers.etag), 'if-modified-since': MODIFIED }
    const reply = await shop.get('/', known)
    expect([reply.status, reply.text, seen]).toEqual([200, '<p>false', []])
    expect(headers.etag).not.toBe(own.headers.etag)
  })

  test('that answers 304 to a first visitor is an error (P7)', async () => {
    await using shop = await site(express, (_request, response) => response.status(304).end())
    const { status, text } = await shop.get('/')
    expect([status, text]).toEqual([500, expect.stringContaining('may answer 304 only for the previous page')])
  })
})
