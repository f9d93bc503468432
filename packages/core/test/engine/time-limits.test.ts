import { describe, expect, test } from 'vitest'
import { cacheStatus, field, openShop, request, settled, sharedMaxAge, stateOf, times } from './harness.ts'

/** Everything that a turned-away visitor must be told, and nothing that anybody may keep. */
async function expectTurnedAway(
  page: Awaited<ReturnType<ReturnType<typeof openShop>['get']>>,
  detail: string,
): Promise<void> {
  expect(page.status).toBe(503)
  expect(field(page, 'retry-after')).toMatch(/^[1-9]\d*$/)
  expect(field(page, 'cache-control')).toBe('no-store')
  expect(cacheStatus(page)).toMatchObject({ fwd: 'miss', detail })
  expect(field(page, 'content-type')).toBe('application/problem+json')
  expect(JSON.parse(await page.text())).toMatchObject({ status: 503, title: 'Service Unavailable' })
}

describe('a render that takes too long (C4, C5, C9, I8)', () => {
  test('it never settles: visitors settle at their limit, and a second past the deadline its slot is freed and counted (C4)', async () => {
    const shop = openShop({ admission: { timeoutMs: 3_000, deadlineMs: 60_000 } })
    const visitors = times(5, () => shop.get('/a'))
    await settled()
    await shop.clock.advanceAsync(2_999)
    expect(await stateOf(visitors[0] as Promise<unknown>)).toBe('pending')
    await shop.clock.advanceAsync(1)
    for (const page of await Promise.all(visitors)) await expectTurnedAway(page, 'timeout')
    expect(shop.cache.stats().renders.running).toBe(1) // it still counts

    await shop.clock.advanceAsync(57_000)
    expect(shop.renders.last.input.signal.aborted).toBe(true)
    expect(shop.renders.last.input.signal.reason).toMatchObject({ code: 'ERR_SSR_CACHE_DEADLINE' })
    expect(shop.cache.stats()).toMatchObject({ flights: 0, background: 0, renders: { running: 1, writtenOff: 0 } })
    await shop.clock.advanceAsync(1_000)
    expect(shop.cache.stats().renders).toMatchObject({ running: 0, queued: 0, writtenOff: 1 })
    await shop.renders.last.answers('<p>at last')
    expect(shop.cache.stats().renders).toMatchObject({ running: 0, writtenOff: 0 })
  })

  test('a result that comes after the deadline is dropped (C4)', async () => {
    const shop = openShop()
    const visit = shop.get('/a')
    await settled()
    await shop.clock.advanceAsync(60_000)
    await visit
    await shop.renders.last.answers('<p>too late')
    expect((await shop.cache.explain(request('/a'))).page?.state).toBe('none')
  })

  test('an error that comes after the deadline troubles nobody (C4)', async () => {
    const shop = openShop()
    const visit = shop.get('/a')
    await settled()
    await shop.clock.advanceAsync(60_000)
    await visit
    await shop.renders.last.throws(new Error('too late'))
    expect(shop.told.filter(([name]) => name === 'failure')).toHaveLength(1)
  })

  test('a body that never ends is given up at the deadline, and its source let go (C4)', async () => {
    const shop = openShop({ stream: 'whole' })
    let released = false
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('<p>')),
      cancel: () => {
        released = true
      },
    })
    const visit = shop.cache.handle(
      request('/a'),
      () => new Response(body, { headers: { 'content-type': 'text/html' } }),
    )
    await settled()
    await shop.clock.advanceAsync(60_000)
    expect((await visit).status).toBe(503)
    expect(shop.cache.stats().renders.running).toBe(0)
    expect(released).toBe(true)
  })

  test('the limit is shorter than the render, and five ask one after another: one live render, not five (C5)', async () => {
    const shop = openShop({ admission: { timeoutMs: 1_000 } })
    for (let i = 0; i < 5; i++) {
      const visit = shop.get('/a')
      await shop.clock.advanceAsync(1_000)
      await expectTurnedAway(await visit, 'timeout')
    }
    expect(shop.renders.count).toBe(1)
    await shop.renders.last.answers('<p>at last')
    expect(await shop.body('/a')).toBe('<p>at last')
  })

  test('followers keep their own time limits (C9)', async () => {
    const shop = openShop({ admission: { timeoutMs: 3_000 } })
    const first = shop.get('/a')
    await shop.clock.advanceAsync(2_000)
    const second = shop.get('/a')
    await shop.clock.advanceAsync(1_000)
    expect((await first).status).toBe(503)
    expect(await stateOf(second)).toBe('pending')
    await shop.clock.advanceAsync(1_999)
    expect(await stateOf(second)).toBe('pending')
    await shop.renders.last.answers('<p>in time for one')
    expect(await (await second).text()).toBe('<p>in time for one')
  })

  test('whoever waits when the deadline passes is turned away with 503, not with the app’s error (I8)', async () => {
    const shop = openShop({ admission: { timeoutMs: 3_000, deadlineMs: 4_000 } })
    const first = shop.get('/a')
    await shop.clock.advanceAsync(2_000)
    const second = shop.get('/a')
    await shop.clock.advanceAsync(2_000)
    await first
    await expectTurnedAway(await second, 'deadline')
    expect(shop.told).toContainEqual([
      'failure',
      expect.objectContaining({ error: expect.objectContaining({ code: 'ERR_SSR_CACHE_DEADLINE' }) }),
    ])
  })

  test('past the deadline an old page in its error window is served (S2, S6)', async () => {
    const shop = openShop({ staleWhileRevalidate: 0, admission: { timeoutMs: 3_000, deadlineMs: 3_000 } })
    await shop.render('/a', '<p>old')
    shop.clock.advance(60_000)
    const visit = shop.get('/a')
    await shop.clock.advanceAsync(3_000)
    expect(await (await visit).text()).toBe('<p>old')
  })

  test('past timeoutMs an old page in its error window is served, with the grace, while the render goes on (I8, S6)', async () => {
    const shop = openShop({ staleWhileRevalidate: 0 })
    await shop.render('/a', '<p>old')
    shop.clock.advance(60_000)
    const visit = shop.get('/a')
    await shop.clock.advanceAsync(3_000)
    const page = await visit
    expect(await page.text()).toBe('<p>old')
    expect(cacheStatus(page)).toMatchObject({ hit: true, detail: 'timeout' })
    expect(sharedMaxAge(page)).toBe(7) // the grace was fixed when the render began
    await shop.renders.last.answers('<p>new')
    expect(await shop.body('/a')).toBe('<p>new')
  })

  test('a limit of nothing answers at once and renders behind it', async () => {
    const shop = openShop({ admission: { timeoutMs: 0 } })
    const visit = shop.get('/a')
    await shop.clock.advanceAsync(0)
    expect((await visit).status).toBe(503)
    await shop.renders.last.answers('<p>behind')
    expect(await shop.body('/a')).toBe('<p>behind')
  })

  test('a limit leaves no timer behind (I13)', async () => {
    const shop = openShop()
    await shop.render('/a', '<p>hello')
    expect(shop.clock.pending).toBe(1) // the store's, for the page's end
  })
})

describe('the cap on renders, and the queue before it (I7, I8, O1, O2)', () => {
  const capped = { admission: { concurrency: 2, queueLimit: 3, timeoutMs: 3_000 } }

  test('so many at once, so many in the queue, and the others 503 at once with Retry-After and no-store', async () => {
    const shop = openShop(capped)
    const visitors = times(10, (i) => shop.get(`/${i}`))
    await settled()
    expect(shop.renders.count).toBe(2)
    expect(shop.cache.stats().renders).toMatchObject({ running: 2, queued: 3 })
    for (const page of await Promise.all(visitors.slice(5))) await expectTurnedAway(page, 'turned-away')
  })

  test('the queue is first come, first served', async () => {
    const shop = openShop(capped)
    const visitors = times(5, (i) => shop.get(`/${i}`))
    await settled()
    for (let i = 0; i < 5; i++) await shop.renders.at(i).answers('<p>')
    await Promise.all(visitors)
    expect(shop.renders.paths).toEqual(['/0', '/1', '/2', '/3', '/4'])
  })

  test('followers take no place (O2)', async () => {
    const shop = openShop(capped)
    const visitors = times(100, () => shop.get('/a'))
    await settled()
    expect(shop.cache.stats().renders).toMatchObject({ running: 1, queued: 0 })
    await shop.renders.last.answers('<p>')
    await Promise.all(visitors)
  })

  test('past timeoutMs a queued visitor is turned away, and nothing is rendered for nobody', async () => {
    const shop = openShop(capped)
    const visitors = times(3, (i) => shop.get(`/${i}`))
    await settled()
    await shop.clock.advanceAsync(3_000)
    await expectTurnedAway((await Promise.all(visitors))[2] as Awaited<(typeof visitors)[0]>, 'timeout')
    expect(shop.cache.stats().renders).toMatchObject({ running: 2, queued: 0 })
    await shop.renders.at(0).answers('<p>')
    expect(shop.renders.count).toBe(2)
  })

  test('one of two who wait for a queued page leaves: the other still gets it (C9)', async () => {
    const shop = openShop(capped)
    const busy = times(2, (i) => shop.get(`/${i}`))
    const first = shop.get('/a')
    await shop.clock.advanceAsync(2_000)
    const second = shop.get('/a')
    await shop.clock.advanceAsync(1_000)
    expect((await first).status).toBe(503)
    await shop.renders.at(0).answers('<p>')
    await shop.renders.at(2).answers('<p>queued')
    expect(await (await second).text()).toBe('<p>queued')
    await Promise.all(busy)
  })

  test('with the queue full, an old page in its error window is served instead (S6, I8)', async () => {
    const shop = openShop({ ...capped, staleWhileRevalidate: 0, admission: { concurrency: 1, queueLimit: 0 } })
    await shop.render('/a', '<p>old')
    shop.clock.advance(60_000)
    const busy = shop.get('/busy')
    await settled()
    const page = await shop.get('/a')
    expect(await page.text()).toBe('<p>old')
    expect(cacheStatus(page)).toMatchObject({ hit: true, detail: 'turned-away' })
    await shop.renders.last.answers('<p>')
    await busy
  })

  test('with the queue full, a stale page is served and its key rests: no refresh is tried for each visitor (S2)', async () => {
    const shop = openShop({ admission: { concurrency: 1, queueLimit: 0 } })
    await shop.render('/a', '<p>old')
    shop.clock.advance(60_000)
    const busy = shop.get('/busy')
    await settled()
    expect(await shop.body('/a')).toBe('<p>old')
    await settled()
    expect(cacheStatus(await shop.get('/a'))).toMatchObject({ detail: 'resting' })
    expect(shop.told).toContainEqual(['render', expect.objectContaining({ outcome: 'turned-away', background: true })])
    await shop.renders.last.answers('<p>')
    await busy
  })

  test('a refresh waits in the queue for no longer than queueTimeoutMs (O3)', async () => {
    const shop = openShop({ admission: { concurrency: 1, queueLimit: 5, queueTimeoutMs: 4_000 } })
    await shop.render('/a', '<p>old')
    shop.clock.advance(60_000)
    const busy = shop.get('/busy')
    await settled()
    expect(await shop.body('/a')).toBe('<p>old')
    await shop.clock.advanceAsync(3_999)
    expect(shop.cache.stats().renders.queued).toBe(1)
    await shop.clock.advanceAsync(1)
    expect(shop.cache.stats().renders.queued).toBe(0)
    expect((await busy).status).toBe(503)
  })

  test('a cold page that found no place does not rest: the next visitor tries again', async () => {
    const shop = openShop({ admission: { concurrency: 1, queueLimit: 0 } })
    const busy = shop.get('/busy')
    await settled()
    expect((await shop.get('/a')).status).toBe(503)
    await shop.renders.last.answers('<p>')
    await busy
    expect(await (await shop.render('/a', '<p>place')).text()).toBe('<p>place')
  })

  test('a flood of cold pages leaves nothing behind (I7, I13)', async () => {
    const shop = openShop(capped)
    const visitors = times(500, (i) => shop.get(`/${i}`))
    await shop.clock.advanceAsync(3_000)
    await Promise.all(visitors)
    for (const render of shop.renders.all) await render.answers('<p>')
    expect(shop.cache.stats()).toMatchObject({ flights: 0, background: 0, renders: { running: 0, queued: 0 } })
  })
})

describe('bypasses have a cap of their own (I11)', () => {
  const options = { admission: { concurrency: 1, bypassConcurrency: 2, queueLimit: 1, timeoutMs: 3_000 } }

  test('they wait in a queue, are turned away beyond it, and take no place of shared renders', async () => {
    const shop = openShop(options)
    const own = times(4, () => shop.get('/account', { headers: { authorization: 'x' } }))
    const shared = shop.get('/a')
    await settled()
    expect(shop.cache.stats().bypasses).toEqual({ running: 2, queued: 1, writtenOff: 0 })
    await expectTurnedAway(await (own[3] as (typeof own)[0]), 'bypass-limit')
    expect(shop.renders.count).toBe(3)
    for (const render of shop.renders.all) await render.answers('<p>')
    await shop.renders.at(3).answers('<p>')
    expect((await Promise.all(own.slice(0, 3))).map(({ status }) => status)).toEqual([200, 200, 200])
    await shared
    expect(shop.cache.stats().bypasses).toEqual({ running: 0, queued: 0, writtenOff: 0 })
    expect(shop.clock.pending).toBe(1) // the store's, for the shared page
  })

  test('a place that is given back twice is given back once', async () => {
    const shop = openShop(options)
    const plan = shop.cache.plan({ method: 'POST', scheme: 'https', host: 'shop.example', target: '/', headers: {} })
    const places = plan.kind === 'bypass' ? [await plan.admit(), await plan.admit()] : []
    for (const place of places) {
      if (place.kind !== 'admitted') throw new Error(place.kind)
      place.release()
      place.release()
    }
    expect(shop.cache.stats().bypasses).toEqual({ running: 0, queued: 0, writtenOff: 0 })
  })

  test('they wait no longer than timeoutMs', async () => {
    const shop = openShop(options)
    const own = times(3, () => shop.get('/account', { headers: { authorization: 'x' } }))
    await shop.clock.advanceAsync(3_000)
    await expectTurnedAway(await (own[2] as (typeof own)[0]), 'bypass-limit')
    expect(shop.cache.stats().bypasses).toEqual({ running: 2, queued: 0, writtenOff: 0 })
  })

  test('a handler that throws frees its place, and its error is the visitor’s', async () => {
    const shop = openShop(options)
    const visit = shop.get('/account', { headers: { authorization: 'x' } })
    await settled()
    await shop.renders.last.throws(new Error('mine'))
    await expect(visit).rejects.toThrow('mine')
    expect(shop.cache.stats().bypasses.running).toBe(0)
  })
})
