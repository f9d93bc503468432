import { pageContext } from '@ssr-cache/core'
import { describe, expect, test } from 'vitest'
import { html, openShop, request, sharedMaxAge, stateOf } from './harness.ts'

describe('nobody downstream keeps a page longer than it may be served (R75)', () => {
  test('not for the grace, where it ends in a second', async () => {
    const shop = openShop({ maxAge: 10 })
    const end = shop.clock.now() + 12_000
    await shop.cache.handle(request('/a'), () => {
      pageContext()?.expiresAt(end)
      return html('until then')
    })
    shop.clock.advance(11_000)
    expect(sharedMaxAge(await shop.get('/a'))).toBe(1)
  })

  test('not for the grace, where it ends sooner and was invalidated while it was rendered', async () => {
    const shop = openShop()
    const end = shop.clock.now() + 3_000
    const rest = Promise.withResolvers<void>()
    const visit = shop.cache.handle(request('/a'), async () => {
      pageContext()?.expiresAt(end)
      await rest.promise
      return html('until then')
    })
    expect(await stateOf(visit)).toBe('pending')
    await shop.cache.invalidate({ urls: ['/a'] })
    rest.resolve()
    expect(sharedMaxAge(await visit)).toBe(3)
  })

  test('not for the rest of its key', async () => {
    const shop = openShop({ maxAge: 10, staleWhileRevalidate: 0, staleIfError: 20 })
    await shop.render('/a', 'once')
    shop.clock.advance(29_000)
    const late = shop.get('/a')
    expect(await stateOf(late)).toBe('pending')
    await shop.renders.last.throws(new Error('the app is down'))
    expect(sharedMaxAge(await late)).toBe(1)
  })

  test('not for the grace, where it may never be served stale and was invalidated while it was rendered', async () => {
    const shop = openShop({ maxAge: 5, staleWhileRevalidate: 0, staleIfError: 100 })
    const visit = shop.get('/a')
    expect(await stateOf(visit)).toBe('pending')
    await shop.cache.invalidate({ urls: ['/a'] })
    await shop.renders.last.answers('five seconds')
    expect(sharedMaxAge(await visit)).toBe(5)
  })

  test('not for the grace, where it has no lifetime and may never be served stale', async () => {
    const shop = openShop({ maxAge: 0, staleWhileRevalidate: 0, staleIfError: 100 })
    expect(sharedMaxAge(await shop.render('/a', 'now only'))).toBe(1)
  })
})

test('a clock that is set back makes nobody wait longer (S8, C9)', async () => {
  const shop = openShop()
  void shop.get('/a')
  shop.clock.jump(-3_600_000)
  const follower = shop.get('/a')
  shop.clock.jump(-3_600_000)
  expect(await stateOf(follower)).toBe('pending')
  await shop.clock.advanceAsync(3_000)
  expect((await follower).status).toBe(503)
})
