import { join } from 'node:path'
import type { RequestHandler } from 'express'
import { expect } from 'vitest'
import { type Express, isHit } from '../versions.ts'
import { arranged, detailOf, isPublic, type Order } from './arrangement.ts'
import { prove } from './prove.ts'

const FILES = join(import.meta.dirname, '..', 'files')

prove('express.static', {
  async above(express) {
    await using shop = await arranged(express, { above: [express.static(FILES, { maxAge: 60_000 })] })
    for (const path of ['/greeting.txt', '/page.html']) {
      const { status, headers } = await shop.get(path)
      expect([status, headers['cache-status'], headers['cache-control']]).toEqual([
        200,
        undefined,
        'public, max-age=60',
      ])
    }
    await shop.get('/')
    expect(isHit(await shop.get('/'))).toBe(true)
    expect(await statusWhileRendering(express, 'above')).toBe(200)
  },

  async inside(express) {
    await using shop = await arranged(express, { inside: [express.static(FILES, { maxAge: 60_000 })] })
    for (const _ of ['first', 'second']) {
      const file = await shop.get('/greeting.txt')
      expect([isHit(file), detailOf(file)]).toEqual([false, 'content-type'])
      expect(file.headers['cache-control']).toBe('public, max-age=60')
    }
    await shop.get('/page.html')
    const page = await shop.get('/page.html')
    expect([isHit(page), isPublic(page)]).toEqual([true, true])
    expect(page.text).toContain('A page that lies in a file.')
    expect(await statusWhileRendering(express, 'inside')).toBe(503)
  },
})

/** What a file gets while the one render is under way that there is a place for. */
async function statusWhileRendering(express: Express, place: 'above' | 'inside'): Promise<number> {
  const begun = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  const page: RequestHandler = (_request, response) => {
    begun.resolve()
    ended.promise.then(() => response.type('html').send('<p>late</p>'))
  }
  const options: Order['options'] = { admission: { concurrency: 1, queueLimit: 0 } }
  await using shop = await arranged(express, { [place]: [express.static(FILES)], page, options })
  const late = shop.get('/')
  await begun.promise
  const { status } = await shop.get('/greeting.txt')
  ended.resolve()
  await late
  return status
}
