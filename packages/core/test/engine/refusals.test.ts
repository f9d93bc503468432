import { describe, expect, test } from 'vitest'
import { html, openShop, stateOf } from './harness.ts'

const errorWith = (status: number): Error => Object.assign(new Error('as http-errors makes them'), { status })

describe('an error that carries a 4xx is the app’s answer, not an outage (S3)', () => {
  test.each([404, 410])('%i: the old page goes at once, in the background too', async (status) => {
    const shop = openShop()
    await shop.render('/a', 'once')
    shop.clock.advance(61_000)
    expect(await shop.body('/a')).toBe('once')
    await shop.renders.last.throws(errorWith(status))
    const next = shop.get('/a')
    expect(await stateOf(next)).toBe('pending')
    await shop.renders.last.answers('back')
    expect(await (await next).text()).toBe('back')
  })

  test('403: the old page stays while it may be served stale, and then goes', async () => {
    const shop = openShop()
    await shop.render('/a', 'once')
    shop.clock.advance(61_000)
    await shop.body('/a')
    await shop.renders.last.throws(errorWith(403))
    expect(await shop.body('/a')).toBe('once')
    shop.clock.advance(600_000)
    const late = shop.get('/a')
    expect(await stateOf(late)).toBe('pending')
    await shop.renders.last.throws(errorWith(403))
    await expect(late).rejects.toMatchObject({ status: 403 })
  })

  test.each([500, 503, 429])('%i is an outage: the old page stands in (S2)', async (status) => {
    const shop = openShop()
    await shop.render('/a', 'once')
    shop.clock.advance(661_000)
    const late = shop.get('/a')
    expect(await stateOf(late)).toBe('pending')
    await shop.renders.last.throws(errorWith(status))
    expect(await (await late).text()).toBe('once')
  })
})

describe('what was dropped from a URL is put back onto a redirect that is its visitor’s own', () => {
  test('302', async () => {
    const shop = openShop()
    const page = await shop.render('/a?utm_source=mail', html('', { location: '/login' }, 302))
    expect(page.fields).toContainEqual(['location', '/login?utm_source=mail'])
  })
})
