import { memoryStore, pageContext, type Store } from '@ssr-cache/core'
import { fakeClock } from '@ssr-cache/core/testing'
import { describe, expect, test } from 'vitest'
import { type Node, openNode, openTwo } from './fleet.ts'
import { cacheStatus, field, html, openShop, request, settled, sharedMaxAge, stateOf, times } from './harness.ts'

/** From now on writes reach the store when the test says so. */
function holdWrites({ store }: Node): () => Promise<void> {
  const written = Promise.withResolvers<void>()
  store.faults.set = { kind: 'wait', until: written.promise }
  return async () => {
    written.resolve()
    store.faults.set = { kind: 'async' }
    await settled()
  }
}

describe('a page is written behind whoever waits for it, where the store answers later (write)', () => {
  test('it goes out at once, and Cache-Status does not say that it is stored (RFC 9211 2.5)', async () => {
    const node = openNode()
    const written = holdWrites(node)
    const page = node.get('/a')
    await settled()
    await node.renders.last.answers('<p>')
    expect(cacheStatus(await page)).toEqual({ fwd: 'uri-miss', ttl: 60 })
    await written()
    expect(cacheStatus(await node.get('/a'))).toEqual({ hit: true, ttl: 60 })
  })

  test('whoever comes meanwhile is given it too, and nothing is rendered again (I1)', async () => {
    const node = openNode()
    const written = holdWrites(node)
    void node.get('/a')
    await settled()
    await node.renders.last.answers('<p>once')
    const later = times(5, () => node.body('/a'))
    await settled()
    expect(new Set(await Promise.all(later))).toEqual(new Set(['<p>once']))
    expect(node.renders.count).toBe(1)
    await written()
    expect(node.cache.stats()).toMatchObject({ flights: 0, background: 0 })
  })

  test('another process waits until it is there: the lease goes back after the write (§9)', async () => {
    const [one, other] = openTwo()
    const written = holdWrites(one)
    const first = one.get('/a')
    await settled()
    const second = other.get('/a')
    await settled()
    await one.renders.last.answers('<p>once')
    await first
    expect(await stateOf(second)).toBe('pending')
    await written()
    expect(await (await second).text()).toBe('<p>once')
    expect(other.renders.count).toBe(0)
  })

  test.each(['invalidate', 'purge'] as const)(
    '%s that comes meanwhile wins, also by a tag that only the render knew: whoever comes after it gets the next page (I2, V3)',
    async (call) => {
      const node = openNode()
      const written = holdWrites(node)
      const handler = (): ReturnType<typeof html> => {
        pageContext()?.tag('menu')
        return html(`<p>${++renders}`)
      }
      let renders = 0
      await node.cache.handle(request('/a'), handler)
      await node.cache[call]({ tags: ['menu'] })
      const after = node.cache.handle(request('/a'), handler)
      await settled()
      await written()
      expect(await (await after).text()).toBe('<p>2')
      expect(await (await node.cache.handle(request('/a'), handler)).text()).toBe('<p>2')
      expect(renders).toBe(2)
    },
  )

  describe.each(['before', 'behind'] as const)('%s', (write) => {
    /** A process that is told of records late, and what another does while its page is rendered. */
    async function renderedWhile(call: (other: Node) => Promise<unknown>, faults: Node['store']['faults'] = {}) {
      const clock = fakeClock()
      const shared = memoryStore({ clock })
      const { log } = shared
      const untold: Store = {
        capabilities: shared.capabilities,
        get: shared.get.bind(shared),
        set: shared.set.bind(shared),
        delete: shared.delete.bind(shared),
        lease: shared.lease,
        log: { append: log.append.bind(log), read: log.read.bind(log), follow: () => () => {} },
      }
      const [one, other] = [openNode({ write }, clock, untold), openNode({}, clock, shared)]
      await one.render('/warm', '<p>')
      const page = one.get('/a')
      await settled()
      await call(other)
      Object.assign(one.store.faults, faults)
      await one.renders.last.answers('<p>')
      await clock.advanceAsync(50)
      await clock.advanceAsync(0)
      await clock.advanceAsync(0)
      return page
    }

    test('what another process invalidated while it was rendered goes out for the grace, though nobody has told this one (I2, V5)', async () => {
      const page = await renderedWhile(({ cache }) => cache.invalidate({ urls: ['/a'] }))
      expect([sharedMaxAge(page), cacheStatus(page)['ttl']]).toEqual([10, 0])
    })

    test('what another process purged goes to those who waited, and is kept by nobody (I2, V5)', async () => {
      const page = await renderedWhile(({ cache }) => cache.purge({ urls: ['/a'] }))
      expect(field(page, 'cache-control')).toBe('private, no-store')
    })

    test('where the log does not say so in time, it goes out for the grace (I6)', async () => {
      const page = await renderedWhile(async () => {}, { read: { kind: 'hang' } })
      expect([sharedMaxAge(page), cacheStatus(page)['ttl']]).toEqual([10, 0])
    })

    test('and for its lifetime where nothing was invalidated', async () => {
      const page = await renderedWhile(({ cache }) => cache.invalidate({ urls: ['/b'] }))
      expect(sharedMaxAge(page)).toBe(60)
    })
  })

  test('one that fails lets the key rest, so that a stale page starts no storm (S5)', async () => {
    const node = openNode()
    await node.render('/a', '<p>old')
    await node.clock.advanceAsync(60_000)
    node.store.faults.set = { kind: 'reject' }
    void node.get('/a')
    await settled()
    await node.renders.last.answers('<p>new')
    for (let i = 0; i < 5; i++) expect(await node.body('/a')).toBe('<p>old')
    expect(node.renders.count).toBe(1)
  })

  test('one that the store refuses marks the key: whoever comes next renders alone', async () => {
    const clock = fakeClock()
    const node = openNode({}, clock, memoryStore({ clock, maxEntryBytes: 8_000 }))
    const page = await node.render('/a', 'x'.repeat(10_000))
    expect(page.status).toBe(200)
    await settled()
    expect((await node.cache.explain(request('/a'))).page).toMatchObject({ state: 'marked', reason: 'too-large' })
    expect(node.cache.stats().flights).toBe(0)
    await node.render('/a', '<p>small')
    await settled()
    expect(await node.body('/a')).toBe('<p>small')
  })

  test('so many are under way and no more; the others are dropped and counted, and their keys do not rest (I7)', async () => {
    const node = openNode({ admission: { concurrency: 1_000 } })
    const written = holdWrites(node)
    await Promise.all(times(300, (i) => node.render(`/${i}`, '<p>')))
    const { writes } = node.cache.stats().store
    expect(writes).toMatchObject({ running: 256, dropped: 44 })
    expect(writes.bytes).toBeGreaterThan(256 * 3)
    expect(node.cache.stats().resting).toBe(0)
    await written()
    expect(node.cache.stats().store.writes).toEqual({ running: 0, bytes: 0, dropped: 44 })
  })

  test('so many bytes are under way and no more, but for one page that is larger (I7)', async () => {
    const node = openNode({ maxPageBytes: 100 * 1024 ** 2, stream: 'whole' })
    const written = holdWrites(node)
    await node.render('/large', 'x'.repeat(65 * 1024 ** 2))
    await node.render('/small', '<p>')
    expect(node.cache.stats().store.writes).toMatchObject({ running: 1, dropped: 1 })
    await written()
  })

  test('close() waits for them (I13, B8)', async () => {
    const node = openNode()
    const written = holdWrites(node)
    await node.render('/a', '<p>')
    const closed = node.cache.close()
    expect(await stateOf(closed)).toBe('pending')
    await written()
    await closed
    expect(node.store.calls.set).toBe(1)
  })
})

describe('a page is written before whoever waits is given it (R8)', () => {
  test('where the option says so: it is stored when it goes out (R8)', async () => {
    const node = openNode({ write: 'before' })
    const written = holdWrites(node)
    const page = node.get('/a')
    await settled()
    await node.renders.last.answers('<p>')
    expect(await stateOf(page)).toBe('pending')
    await written()
    expect(cacheStatus(await page)).toEqual({ fwd: 'uri-miss', stored: true, ttl: 60 })
  })

  test('but nobody waits longer than storeTimeoutMs in all, and the write goes on (I6)', async () => {
    const node = openNode({ write: 'before' })
    const written = holdWrites(node)
    node.store.faults.get = { kind: 'late', ms: 30 }
    const page = node.get('/a')
    await node.clock.advanceAsync(30)
    await node.renders.last.answers('<p>')
    await node.clock.advanceAsync(19)
    expect(await stateOf(page)).toBe('pending')
    await node.clock.advanceAsync(1)
    expect(cacheStatus(await page)).toEqual({ fwd: 'uri-miss', ttl: 60 })
    node.store.faults.get = { kind: 'async' }
    await written()
    expect(cacheStatus(await node.get('/a'))).toMatchObject({ hit: true })
  })

  test('where the store answers at once (R8)', async () => {
    const shop = openShop()
    expect(cacheStatus(await shop.render('/a', '<p>'))).toEqual({ fwd: 'uri-miss', stored: true, ttl: 60 })
  })

  test('a page that was only vouched for is not given to anybody if it was purged meanwhile, whatever the option says (I2)', async () => {
    const node = openNode({ staleWhileRevalidate: 0 })
    const page = (body: string) => html(body, { etag: `"${body}"` })
    await node.render('/a', page('old'))
    await node.clock.advanceAsync(61_000)
    const written = holdWrites(node)
    const visit = node.get('/a')
    await settled()
    await node.renders.last.answers({ status: 304, headers: {}, body: '' })
    expect(await stateOf(visit)).toBe('pending')
    await node.cache.purge({ urls: ['/a'] })
    await written()
    await node.renders.last.answers(page('new'))
    expect(await (await visit).text()).toBe('new')
  })
})
