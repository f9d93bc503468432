import { memoryStore, type StoreKey } from '@ssr-cache/core'
import { fakeClock } from '@ssr-cache/core/testing'
import { describe, expect, test } from 'vitest'
import { samplePage } from '../../src/testing/sample-values.ts'
import { cacheStatus, html, openShop, request, settled, stateOf } from './harness.ts'

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

describe('what says more of the app than of the page does not end it (I5)', () => {
  test('an empty 200, where an old page can stand in', async () => {
    const shop = openShop()
    await shop.render('/a', 'once')
    shop.clock.advance(661_000)
    const visit = shop.get('/a')
    expect(await stateOf(visit)).toBe('pending')
    await shop.renders.last.answers('')
    expect(await (await visit).text()).toBe('once')
  })

  test('a refresh that declines: the old page stays, and is not refreshed in vain at each visit', async () => {
    const shop = openShop()
    const asked = { method: 'GET', scheme: 'https', host: 'shop.example', target: '/a', headers: {} } as const
    let renders = 0
    const visit = async () => {
      const plan = shop.cache.plan(asked)
      if (plan.kind !== 'shared') throw new Error(`expected a shared plan, got ${plan.kind}`)
      const answer = await plan.answer(() => {
        renders++
        return { kind: 'declined' }
      })
      await settled()
      return answer.kind
    }
    await shop.render('/a', 'once')
    shop.clock.advance(61_000)
    for (let i = 0; i < 3; i++) expect(await visit()).toBe('answer')
    expect([renders, shop.cache.stats().resting]).toEqual([1, 1])
  })

  test('who followed one visitor’s answer is given the page that another process has by now, and else waits no longer than ever (C4)', async () => {
    const clock = fakeClock()
    const store = memoryStore({ clock })
    const shop = openShop({ clock, store })
    const asked = async (path: string) => {
      const visits = [shop.get(path), shop.get(path)] as const
      await clock.advanceAsync(2_000)
      return visits
    }
    const [, follower] = await asked('/a')
    const key = shop.cache.key(request('/a')) as StoreKey // an ordinary page has one
    store.set(key, samplePage(clock.now(), store.log.head), { if: { absent: true } })
    await shop.renders.last.answers(html('own', { 'set-cookie': 'a=1' }))
    expect(cacheStatus(await follower)).toMatchObject({ hit: true })
    expect(shop.renders.count).toBe(1)

    const [, other] = await asked('/b')
    await shop.renders.last.answers(html('own', { 'set-cookie': 'a=1' }))
    await clock.advanceAsync(999)
    expect(await stateOf(other)).toBe('pending')
    await clock.advanceAsync(1)
    expect((await other).status).toBe(503)
  })

  test('one visitor’s answer marks no key that another process has a page for by now', async () => {
    const clock = fakeClock()
    const store = memoryStore({ clock })
    const shop = openShop({ clock, store })
    const visit = shop.get('/a')
    await settled()
    const key = shop.cache.key(request('/a')) as StoreKey // an ordinary page has one
    store.set(key, samplePage(clock.now(), store.log.head), { if: { absent: true } })
    await shop.renders.last.answers(html('own', { 'set-cookie': 'a=1' }))
    await visit
    expect((await shop.cache.explain(request('/a'))).page?.state).toBe('fresh')
  })
})

describe('what was dropped from a URL is put back onto a redirect that is its visitor’s own', () => {
  test('302', async () => {
    const shop = openShop()
    const page = await shop.render('/a?utm_source=mail', html('', { location: '/login' }, 302))
    expect(page.fields).toContainEqual(['location', '/login?utm_source=mail'])
  })
})
