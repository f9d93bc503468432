import { expressCache } from '@ssr-cache/express-adapter'
import compression from 'compression'
import type { Request, Response } from 'express'
import { describe, expect, test } from 'vitest'
import { isHit, open, VERSIONS } from './versions.ts'

const PAGE = `<p>${'page '.repeat(1_000)}</p>`

const CONDITIONS = {
  range: 'bytes=3-6',
  'if-range': '"1"',
  'if-none-match': '"1"',
  'if-match': '"1"',
  'if-modified-since': 'Sun, 06 Nov 1994 08:49:37 GMT',
  'if-unmodified-since': 'Sun, 06 Nov 1994 08:49:37 GMT',
}

describe.each(VERSIONS)('%s: Range', (_, express) => {
  test('is dropped on a miss, and answered from the page that was kept (P7, C10)', async () => {
    const seen: unknown[] = []
    await using shop = await open(express, (app, cache) => {
      app.use(
        expressCache(cache, (({ headers, rawHeaders }: Request, response: Response) => {
          seen.push(headers, rawHeaders)
          response.send(PAGE)
        }) as never),
      )
    })
    const miss = await shop.get('/', CONDITIONS)
    expect([miss.status, miss.text, isHit(miss)]).toEqual([200, PAGE, false])
    const shown = JSON.stringify(seen).toLowerCase()
    for (const name of Object.keys(CONDITIONS)) expect(shown).not.toContain(name)

    const part = await shop.get('/', { range: 'bytes=3-6' })
    expect([part.status, part.text, isHit(part)]).toEqual([206, 'page', true])
    expect(part.headers).toMatchObject({ 'content-range': `bytes 3-6/${PAGE.length}`, 'content-length': '4' })
    expect((await shop.get('/', { range: 'bytes=-4' })).text).toBe('</p>')
    expect((await shop.get('/', { range: `bytes=${PAGE.length}-` })).status).toBe(416)
    expect((await shop.get('/')).text).toBe(PAGE)
    expect(seen).toHaveLength(2)
  })

  test('an app’s own 206 is one visitor’s, and never the page (I4, P7)', async () => {
    let renders = 0
    await using shop = await open(express, (app, cache) => {
      app.use(
        expressCache(cache, ((_: Request, response: Response) => {
          renders++
          response.status(206).set('Content-Range', 'bytes 0-3/9').send('part')
        }) as never),
      )
    })
    for (const range of ['bytes=0-3', 'bytes=0-1']) {
      const { status, text, headers } = await shop.get('/', { range })
      expect([status, text, headers['cache-control']]).toEqual([206, 'part', 'private, no-store'])
    }
    expect(renders).toBe(2)
  })

  test('is not encoded by compression above, which would encode the part alone (A2)', async () => {
    await using shop = await open(express, (app, cache) => {
      app.use(
        compression({ threshold: 0 }),
        expressCache(cache, ((_: Request, response: Response) => response.send(PAGE)) as never),
      )
    })
    await shop.get('/')
    const part = await shop.get('/', { range: 'bytes=0-1999', 'accept-encoding': 'gzip' })
    expect([part.status, part.headers['content-encoding'], part.text]).toEqual([206, undefined, PAGE.slice(0, 2000)])
    expect(part.headers['content-length']).toBe('2000')
    const whole = await shop.get('/', { 'accept-encoding': 'gzip' })
    expect([whole.status, whole.headers['content-encoding']]).toEqual([200, 'gzip'])
  })
})
