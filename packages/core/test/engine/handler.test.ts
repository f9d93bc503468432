import type { HandlerResponse } from '@ssr-cache/core'
import { describe, expect, test } from 'vitest'
import { field, html, openShop, request } from './harness.ts'

describe('what a handler answers in parts', () => {
  test.each<[string, NonNullable<Exclude<HandlerResponse, Response>['headers']>]>([
    ['an object', { 'Content-Type': 'text/html', Link: ['</a.css>', '</b.css>'] }],
    [
      'Headers',
      new Headers([
        ['Content-Type', 'text/html'],
        ['Link', '</a.css>'],
        ['Link', '</b.css>'],
      ]),
    ],
    [
      'a list of pairs',
      [
        ['Content-Type', 'text/html'],
        ['Link', '</a.css>'],
        ['Link', '</b.css>'],
      ],
    ],
    [
      'a Map',
      new Map([
        ['Content-Type', 'text/html'],
        ['Link', '</a.css>, </b.css>'],
      ]),
    ],
  ])('has its headers as %s', async (_, headers) => {
    const shop = openShop()
    await shop.render('/a', { headers, body: 'page' })
    const hit = await shop.get('/a')
    expect(shop.renders.count).toBe(0)
    expect([field(hit, 'content-type'), field(hit, 'link')]).toEqual(['text/html', '</a.css>, </b.css>'])
  })

  test.each<[string, Record<string, string>]>([
    ['a line break in a value', { 'x-a': 'a\r\nset-cookie: sid=1' }],
    ['a value beyond Latin-1', { 'x-a': 'π' }],
    ['a space in a name', { 'x a': '1' }],
    ['a line break in a name', { 'x-a\r\n': '1' }],
    ['an empty name', { '': '1' }],
    ['no value', { 'x-a': undefined as never }],
  ])('is refused when it is rendered, not at every hit: %s (I4)', async (_, headers) => {
    const shop = openShop()
    await expect(shop.render('/a', html('page', headers))).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_RENDER' })
    expect((await shop.cache.explain(request('/a'))).page?.state).toBe('none')
  })

  test('is refused for a bypassing visitor too', async () => {
    const shop = openShop()
    const visit = shop.render('/a?preview=1', html('page', { 'x-a': 'a\nb' }))
    await expect(visit).rejects.toThrow(
      /^ERR_SSR_CACHE_RENDER: a handler's headers must be names and values that can be sent, got "x-a" \(string\) with "a\\nb" \(string\)\. /,
    )
  })
})
