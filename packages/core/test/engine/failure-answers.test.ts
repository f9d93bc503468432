import { describe, expect, test } from 'vitest'
import { faultOf } from '../../src/engine/fault.ts'
import { cacheStatus, field, html, openShop, settled, times } from './harness.ts'

describe('a failure goes out as the app wrote it, and nobody keeps it (I4, I5)', () => {
  const failing = html(
    'down',
    {
      'x-app': '1',
      'set-cookie': 'sid=1',
      'cache-control': 'public, max-age=60',
      expires: 'Thu, 01 Jan 2099 00:00:00 GMT',
      'cdn-cache-control': 'max-age=60',
      connection: 'close',
      'transfer-encoding': 'chunked',
    },
    500,
  )

  test('with its own fields, but for those of one transfer and those that would let it be kept', async () => {
    const page = await openShop().render('/a', failing)
    expect([page.status, await page.text()]).toEqual([500, 'down'])
    expect(field(page, 'x-app')).toBe('1')
    expect(field(page, 'cache-control')).toBe('no-store')
    for (const name of ['expires', 'cdn-cache-control', 'connection', 'transfer-encoding']) {
      expect([name, field(page, name)]).toEqual([name, undefined])
    }
  })

  test('to those who followed without the cookies of whoever led (C8)', async () => {
    const shop = openShop()
    const visits = times(2, () => shop.get('/a'))
    await settled()
    await shop.renders.last.answers(failing)
    const [led, followed] = (await Promise.all(visits)) as [Awaited<(typeof visits)[0]>, Awaited<(typeof visits)[0]>] // two of two
    expect([field(led, 'set-cookie'), field(followed, 'set-cookie')]).toEqual(['sid=1', undefined])
    expect(field(followed, 'x-app')).toBe('1')
    expect([led, followed].map((page) => cacheStatus(page)['collapsed'])).toEqual([undefined, true])
  })

  test('one of ours is plain text, which no browser takes for anything else', async () => {
    const shop = openShop({ admission: { concurrency: 1, queueLimit: 0 } })
    void shop.get('/a')
    const page = await shop.get('/b', { headers: { accept: 'text/html' } })
    expect([page.status, await page.text()]).toEqual([503, 'Service Unavailable\n'])
    expect(field(page, 'content-type')).toBe('text/plain; charset=utf-8')
    expect(field(page, 'x-content-type-options')).toBe('nosniff')
    expect(field(page, 'retry-after')).toBe('5')
  })
})

test.each([
  [new Error('password=1'), 500, 'Internal Server Error\n'],
  [Object.assign(new Error('no'), { status: 404 }), 404, 'Not Found\n'],
  [Object.assign(new Error('no'), { status: 520 }), 520, 'Error\n'],
])('an error that no framework answers says its status in words, and nothing of itself: %o', (error, status, text) => {
  const fault = faultOf(error)
  expect([fault.status, new TextDecoder().decode(fault.body)]).toEqual([status, text])
  expect(fault.fields).toContainEqual(['x-content-type-options', 'nosniff'])
})

describe('only a redirect gets back what was dropped from the visitor’s URL (R66)', () => {
  test.each([
    [200, '/next'],
    [300, '/next?utm_source=mail'],
    [301, '/next?utm_source=mail'],
    [308, '/next?utm_source=mail'],
    [400, '/next'],
    [404, '/next'],
  ])('a %d leads to %s', async (status, location) => {
    const page = await openShop().render('/a?utm_source=mail', html('<p>', { location: '/next' }, status))
    expect(field(page, 'location')).toBe(location)
  })
})
