import cookieParser from 'cookie-parser'
import type { RequestHandler } from 'express'
import { expect } from 'vitest'
import { isHit } from '../versions.ts'
import { arranged, type Order } from './arrangement.ts'
import { prove } from './prove.ts'

const prices: RequestHandler = (request, response) => {
  const { currency = 'EUR', ...others } = request.cookies
  response.type('html').send(`<p>Prices in ${currency}, and ${JSON.stringify(others)}</p>`)
}

const order: Order = { page: prices, options: { key: { cookies: ['currency'] } } }

prove('cookie-parser', {
  async inside(express) {
    await using shop = await arranged(express, { ...order, inside: [cookieParser()] })
    const miss = await shop.get('/', { cookie: 'currency=CHF; tracking=1' })
    const hit = await shop.get('/', { cookie: 'tracking=2; currency=CHF' })
    const other = await shop.get('/', { cookie: 'currency=USD' })
    expect([miss, hit, other].map(isHit)).toEqual([false, true, false])
    expect([miss.text, hit.text, other.text]).toEqual([
      '<p>Prices in CHF, and {}</p>',
      '<p>Prices in CHF, and {}</p>',
      '<p>Prices in USD, and {}</p>',
    ])
    const own = await shop.get('/', { cookie: 'currency=CHF; tracking=1; connect.sid=1' })
    expect(own.text).toBe('<p>Prices in CHF, and {"tracking":"1","connect.sid":"1"}</p>')
  },

  async above(express) {
    await using shop = await arranged(express, { ...order, above: [cookieParser()] })
    const failed = await shop.get('/', { cookie: 'currency=CHF; tracking=1' })
    expect([failed.status, failed.text]).toEqual([500, expect.stringContaining('undefined')])
    expect((await shop.get('/', { cookie: 'currency=CHF; connect.sid=1' })).status).toBe(200)

    const above = [cookieParser()]
    await using mended = await arranged(express, { ...order, above, inside: [cookieParser()] })
    await mended.get('/', { cookie: 'currency=CHF; tracking=1' })
    const hit = await mended.get('/', { cookie: 'currency=CHF; tracking=2' })
    expect([isHit(hit), hit.text]).toEqual([true, '<p>Prices in CHF, and {}</p>'])
  },
})
