import { once } from 'node:events'
import { type ClientRequest, request } from 'node:http'
import type { RequestHandler } from 'express'
import { expect } from 'vitest'
import { type Express, isHit, type Shop } from '../versions.ts'
import { arranged, detailOf, type Order } from './arrangement.ts'
import { prove } from './prove.ts'

const echo: RequestHandler = (request, response) => {
  response.type('html').send(`<p>${JSON.stringify(request.body ?? {})}</p>`)
}

/** One place for those who bypass, and a queue of none. */
const options: Order['options'] = { admission: { bypassConcurrency: 1, queueLimit: 0 } }

const JSON_TYPE = { accept: 'text/html', 'content-type': 'application/json' }

prove('express.json', {
  async above(express) {
    await expectBodies(express, { above: [express.json()], page: echo })
    await using shop = await arranged(express, { above: [express.json()], page: echo, options })
    expect(await statusWhileUploading(shop, arrived(shop))).toBe(200)
  },

  async inside(express) {
    await expectBodies(express, { inside: [express.json()], page: echo })
    await using shop = await arranged(express, { inside: [express.json()], page: echo, options })
    expect(await statusWhileUploading(shop, arrived(shop))).toBe(503)
  },
})

/** A POST has its body and bypasses; the page is kept without one, whoever sent what. */
async function expectBodies(express: Express, order: Order): Promise<void> {
  await using shop = await arranged(express, order)
  const posted = await shop.ask('/', { method: 'POST', headers: JSON_TYPE, body: '{"a":1}' })
  expect([posted.text, detailOf(posted)]).toEqual(['<p>{"a":1}</p>', 'method'])
  const odd = await shop.ask('/', { headers: { ...JSON_TYPE, 'content-length': '7' }, body: '{"a":1}' })
  expect([odd.text, detailOf(odd)]).toEqual(['<p>{"a":1}</p>', 'body'])
  const replies = [await shop.get('/'), await shop.get('/')]
  expect(replies.map(isHit)).toEqual([false, true])
  for (const { text } of replies) expect(text).toBe('<p>{}</p>')
}

/** What somebody else who bypasses gets while an upload has begun and does not end. */
async function statusWhileUploading(shop: Shop, upload: Promise<unknown>): Promise<number> {
  const client: ClientRequest = request({
    port: shop.port,
    host: '127.0.0.1',
    method: 'POST',
    headers: { ...JSON_TYPE, 'content-length': '7' },
  })
  client.on('error', () => {})
  client.write('{"a"')
  await upload
  const { status } = await shop.get('/', { cookie: 'connect.sid=1' })
  client.destroy()
  return status
}

/** The next request has come to the app. */
function arrived({ server }: Shop): Promise<unknown> {
  return once(server, 'request')
}
