import {
  createRenderCache,
  type HandlerInput,
  type HandlerResponse,
  memoryStore,
  pageContext,
  type RenderCacheOptions,
} from '@ssr-cache/core'
import { type Faults, fakeClock } from '@ssr-cache/core/testing'
import { describe, expect, test } from 'vitest'
import { bodies, type Node, openFleet, openNode, openTwo, rendersOf } from './fleet.ts'
import { cacheStatus, html, openShop, request, type Shop, settled, sharedMaxAge, stateOf, times } from './harness.ts'

describe('a cold page is rendered once, however many processes are asked for it (I1, X1, R5)', () => {
  test('200 visitors of four processes: one render, the same bytes for all, and nothing left (X1, C1)', async () => {
    const fleet = openFleet(4)
    const pages = times(200, (i) => (fleet[i % 4] as Node).get('/a'))
    await settled()
    expect(rendersOf(fleet)).toBe(1)
    const renderer = fleet.find(({ renders }) => renders.count === 1) as Node // one has begun
    await renderer.renders.last.answers('<p>once')
    await settled()
    expect(await bodies(pages)).toEqual(new Set(['<p>once']))
    expect(rendersOf(fleet)).toBe(1)
    for (const { cache, clock } of fleet) {
      expect(cache.stats()).toMatchObject({ flights: 0, background: 0 })
      await cache.close()
      expect(clock.pending).toBe(0)
    }
  })

  test('whoever waited in another process is told that they followed, and what remains (R13, I12)', async () => {
    const [one, other] = openTwo()
    void one.get('/a')
    await settled()
    const waiting = times(2, () => other.get('/a'))
    await settled()
    await one.renders.last.answers('<p>once')
    for (const page of await Promise.all(waiting)) {
      expect(cacheStatus(page)).toEqual({ fwd: 'uri-miss', stored: true, collapsed: true, ttl: 60 })
      expect(sharedMaxAge(page)).toBe(60)
    }
    expect(other.cache.stats().routes['*']?.answers).toEqual({ follow: 2 })
  })

  test('a crowd that waits looks once (I7)', async () => {
    const [one, other] = openTwo()
    void one.get('/a')
    await settled()
    const waiting = times(50, () => other.get('/a'))
    await settled()
    const before = other.store.calls.get
    await one.renders.last.answers('<p>once')
    await Promise.all(waiting)
    expect(other.store.calls.get - before).toBe(1)
  })

  test.each<[string, Faults, number]>([
    ['tells nobody of releases, since the message is lost', { released: { kind: 'lose' } }, 1_000],
    ['cannot be asked to tell', { released: { kind: 'reject' } }, 1_000],
    ['never comes to listening', { released: { kind: 'hang' } }, 1_000],
  ])('where the store %s, they look every now and then (X1)', async (_, faults, ms) => {
    const [one, other] = openTwo()
    Object.assign(other.store.faults, faults)
    void one.get('/a')
    await settled()
    const waiting = other.get('/a')
    await settled()
    await one.renders.last.answers('<p>once')
    await one.clock.advanceAsync(ms)
    const page = await waiting
    expect(await page.text()).toBe('<p>once')
    expect(other.renders.count).toBe(0)
    // It was rendered that long ago: nobody is told of more than is left (I12).
    expect([sharedMaxAge(page), cacheStatus(page)['ttl']]).toEqual([59, 59])
  })

  test('where the store knows no releases, they look more often (X1)', async () => {
    const clock = fakeClock()
    const { lease, log, capabilities, ...rest } = bound(memoryStore({ clock }))
    const store = { lease: { ...lease, released: undefined }, log, capabilities, ...rest } as never // what a store of one's own may leave out
    const [one, other] = [openShop({ clock, store }), openShop({ clock, store })]
    void one.get('/a')
    await settled()
    const waiting = other.get('/a')
    await settled()
    await one.renders.last.answers('<p>once')
    await clock.advanceAsync(100)
    expect(await (await waiting).text()).toBe('<p>once')
  })

  test('a store that cries wolf is listened to less and less (I7)', async () => {
    const [one, other] = openTwo({ admission: { timeoutMs: 60_000 } })
    const { lease } = other.store
    Object.assign(lease as object, { released: () => Promise.resolve() })
    void one.get('/a')
    await settled()
    const waiting = other.get('/a')
    await one.clock.advanceAsync(10_000)
    expect(other.store.calls.get).toBeLessThan(25)
    await one.renders.last.answers('<p>once')
    await one.clock.advanceAsync(1_000)
    expect(await (await waiting).text()).toBe('<p>once')
  })
})

function bound(store: ReturnType<typeof memoryStore>) {
  const { lease, log, capabilities } = store
  return {
    capabilities,
    log,
    lease: { take: lease.take.bind(lease), renew: lease.renew.bind(lease), release: lease.release.bind(lease) },
    get: store.get.bind(store),
    set: store.set.bind(store),
    delete: store.delete.bind(store),
  }
}

describe('a process that is given the lease looks once more: another may have rendered between its look and its lease (I1, X1)', () => {
  interface Overtaking {
    readonly prepare?: (one: Node) => Promise<unknown>
    readonly options?: RenderCacheOptions
    /** What the first renders, for a visitor of the first kind, and what the second's visitor sends. */
    readonly said?: string | HandlerResponse
    readonly headers?: Readonly<Record<string, string>>
  }

  /** Two processes, and the second's question for the lease, which is on its way while the first renders. */
  async function overtaken(o: Overtaking = {}) {
    const { prepare = async () => {}, options = {}, said = '<p>once', headers = {} } = o
    const clock = fakeClock()
    const capabilities = { shared: true, persistent: true, lease: true, log: true }
    const shared = { ...bound(memoryStore({ clock })), capabilities }
    const [one, other] = [openNode(options, clock, shared), openNode(options, clock, shared)]
    await prepare(one)
    const asked = Promise.withResolvers<void>()
    other.store.faults.take = { kind: 'wait', until: asked.promise }
    const waiting = other.get('/a', { headers })
    await settled()
    await one.render('/a', said, { headers: { 'x-kind': '1' } })
    asked.resolve()
    await settled()
    return { one, other, waiting }
  }

  test('the page that it has rendered is served, and no other is rendered', async () => {
    const { one, other, waiting } = await overtaken()
    expect(await (await waiting).text()).toBe('<p>once')
    expect(other.renders.count).toBe(0)
    await one.clock.advanceAsync(60_000)
    // The lease went back: nobody waits for it to end.
    await one.get('/a')
    await settled()
    await settled()
    expect(one.renders.count).toBe(1)
  })

  test('an old page of which a refresh has made a new one is not refreshed again', async () => {
    const { other, waiting } = await overtaken({
      prepare: async (one) => {
        await one.render('/a', '<p>old')
        await one.clock.advanceAsync(60_000)
      },
    })
    await waiting
    await settled()
    expect(other.renders.count).toBe(0)
    expect(await other.body('/a')).toBe('<p>once')
  })

  const origin = { freshness: 'origin' } as const
  const lasting = { 'cache-control': 'max-age=60' }

  test('so it is where the app’s own fields decide', async () => {
    const { other, waiting } = await overtaken({ options: origin, said: html('<p>once', lasting) })
    expect(await (await waiting).text()).toBe('<p>once')
    expect(other.renders.count).toBe(0)
  })

  test.each([
    ['the same', '1', 0],
    ['others', '2', 1],
  ])(
    'and where the page has turned out to vary by request fields, of which this visitor’s are %s',
    async (_, kind, renders) => {
      const said = html('<p>once', { ...lasting, vary: 'x-kind' })
      const { other, waiting } = await overtaken({ options: origin, said, headers: { 'x-kind': kind } })
      expect(other.renders.count).toBe(renders)
      if (renders > 0) await other.renders.last.answers(html('<p>other', { ...lasting, vary: 'x-kind' }))
      expect(await (await waiting).text()).toBe(renders > 0 ? '<p>other' : '<p>once')
      expect(other.cache.stats().flights).toBe(0)
    },
  )

  test('and where the page has turned out to be nobody’s to share: each renders for themselves (C8)', async () => {
    const { other, waiting } = await overtaken({ said: html('<p>mine', { 'set-cookie': 'a=1' }) })
    expect(other.renders.count).toBe(1)
    await other.renders.last.answers('<p>yours')
    expect(await (await waiting).text()).toBe('<p>yours')
  })

  test('what was invalidated since is rendered', async () => {
    const clock = fakeClock()
    const capabilities = { shared: true, persistent: true, lease: true, log: true }
    const node = openNode({}, clock, { ...bound(memoryStore({ clock })), capabilities })
    await node.render('/a', '<p>old')
    await node.cache.purge({ urls: ['/a'] })
    expect(await (await node.render('/a', '<p>new')).text()).toBe('<p>new')
  })
})

describe('whoever waits for another process waits no longer than for this one (C9, I8)', () => {
  test('each has a limit of their own, and then 503; the render goes on', async () => {
    const [one, other] = openTwo({ admission: { timeoutMs: 3_000 } })
    void one.get('/a')
    await settled()
    const first = other.get('/a')
    await one.clock.advanceAsync(2_000)
    const second = other.get('/a')
    await one.clock.advanceAsync(1_000)
    expect([(await first).status, cacheStatus(await first)['detail']]).toEqual([503, 'timeout'])
    expect(await stateOf(second)).toBe('pending')
    await one.renders.last.answers('<p>in time for one')
    expect(await (await second).text()).toBe('<p>in time for one')
    expect(other.renders.count).toBe(0)
  })

  test('the limit is shorter than the render, and five ask one after another: no render but the one that runs (C5)', async () => {
    const [one, other] = openTwo({ admission: { timeoutMs: 1_000 } })
    void one.get('/a')
    await settled()
    for (let i = 0; i < 5; i++) {
      const visit = other.get('/a')
      await one.clock.advanceAsync(1_000)
      expect((await visit).status).toBe(503)
    }
    expect([one.renders.count, other.renders.count]).toEqual([1, 0])
    expect(other.cache.stats().flights).toBe(0)
    await one.renders.last.answers('<p>at last')
    expect(await other.body('/a')).toBe('<p>at last')
  })

  test('a page that may stand in does so (S6)', async () => {
    const [one, other] = openTwo({ staleWhileRevalidate: 0, admission: { timeoutMs: 1_000 } })
    await one.render('/a', '<p>old')
    await one.clock.advanceAsync(61_000)
    void one.get('/a')
    await settled()
    const visit = other.get('/a')
    await one.clock.advanceAsync(1_000)
    expect(await (await visit).text()).toBe('<p>old')
    expect(cacheStatus(await visit)).toMatchObject({ hit: true, detail: 'timeout' })
  })

  test('close() ends the wait (I13)', async () => {
    const [one, other] = openTwo({ admission: { timeoutMs: 60_000, deadlineMs: 60_000 } })
    void one.get('/a')
    await settled()
    const visit = other.get('/a')
    await settled()
    const closed = other.cache.close({ limitMs: 100 })
    await one.clock.advanceAsync(100)
    await closed
    expect((await visit).status).toBe(503)
  })
})

describe('what the other process comes to is everybody’s (I1)', () => {
  test('a failure lets those who waited down the ladder, and nobody tries at once what has just failed (C2, C8)', async () => {
    const [one, other] = openTwo()
    void one.get('/a')
    await settled()
    const waiting = times(5, () => other.get('/a'))
    await settled()
    await one.renders.last.throws(new Error('down'))
    for (const page of await Promise.all(waiting)) {
      expect([page.status, cacheStatus(page)['detail']]).toEqual([503, 'resting'])
    }
    expect(other.renders.count).toBe(0)
    void other.get('/a')
    await settled()
    expect(other.renders.count).toBe(1)
  })

  test('a page that turns out to be somebody’s own: the others render side by side, and nobody waits in line (C8, I4)', async () => {
    const [one, other] = openTwo()
    void one.get('/a')
    await settled()
    const waiting = times(3, () => other.get('/a'))
    await settled()
    await one.renders.last.answers(html('<p>mine', { 'set-cookie': 'a=1' }))
    await settled()
    expect(other.renders.count).toBe(3)
    for (const [i, render] of other.renders.all.entries())
      await render.answers(html(`<p>${i}`, { 'set-cookie': 'a=2' }))
    expect(await bodies(waiting)).toEqual(new Set(['<p>0', '<p>1', '<p>2']))
  })

  test('a page that is kept by nobody leaves the render to whoever waits', async () => {
    const [one, other] = openTwo({ maxAge: 0, staleWhileRevalidate: 0, staleIfError: 0 })
    const visit = one.get('/a')
    await settled()
    const waiting = other.get('/a')
    await settled()
    await one.renders.last.answers('<p>one')
    expect(await (await visit).text()).toBe('<p>one')
    await other.renders.last.answers('<p>other')
    expect(await (await waiting).text()).toBe('<p>other')
  })

  test('a page that varies is looked for again by each who waited (RFC 9111 4.1)', async () => {
    const [one, other] = openTwo({ freshness: 'origin' })
    const ask = (shop: Shop, language: string) => shop.get('/a', { headers: { 'accept-language': language } })
    void ask(one, 'en')
    await settled()
    const [english, german] = [ask(other, 'en'), ask(other, 'de')]
    await settled()
    const fields = { vary: 'accept-language', 'cache-control': 'max-age=60' }
    await one.renders.last.answers(html('<p>hello', fields))
    await settled()
    expect(await (await english).text()).toBe('<p>hello')
    expect(other.renders.count).toBe(1)
    await other.renders.last.answers(html('<p>hallo', fields))
    expect(await (await german).text()).toBe('<p>hallo')
  })

  test('the data of one process is what a cold page in another finds (R74)', async () => {
    const [one, other] = openTwo()
    const loads: string[] = []
    const loaded = Promise.withResolvers<string>()
    const load = (name: string) => () => {
      loads.push(name)
      return loaded.promise
    }
    const first = one.cache.value('menu', { maxAge: 60 }, load('one'))
    await settled()
    const second = other.cache.value('menu', { maxAge: 60 }, load('other'))
    await settled()
    loaded.resolve('home')
    expect(await Promise.all([first, second])).toEqual(['home', 'home'])
    expect(loads).toEqual(['one'])
  })
})

describe('a process that dies holds nobody up for longer than its lease (X2)', () => {
  /** From now on the process says nothing to the store. */
  function kill({ store }: Node): void {
    const hang = { kind: 'hang' } as const
    Object.assign(store.faults, { get: hang, set: hang, delete: hang, take: hang, renew: hang, release: hang })
  }

  test('another takes over when the lease ends, and all who wait there get its page (X2)', async () => {
    const [one, other] = openTwo({ admission: { timeoutMs: 60_000 } })
    void one.get('/a')
    await settled()
    const waiting = times(5, () => other.get('/a'))
    await settled()
    await one.clock.advanceAsync(30_000)
    kill(one)
    await one.clock.advanceAsync(1_999)
    expect(other.renders.count).toBe(0)
    await one.clock.advanceAsync(1)
    expect(other.renders.count).toBe(1)
    await other.renders.last.answers('<p>heir')
    expect(await bodies(waiting)).toEqual(new Set(['<p>heir']))
  })

  test('whoever waits is given the page of who takes over, within the time that visitors wait unless set otherwise (X2, C9)', async () => {
    const [one, other] = openTwo()
    void one.get('/a')
    await settled()
    kill(one)
    const visit = other.get('/a')
    await one.clock.advanceAsync(2_000)
    await other.renders.last.answers('<p>heir')
    expect([(await visit).status, await (await visit).text()]).toEqual([200, '<p>heir'])
  })

  test('whoever waits for less than that is answered within their limit all the same (X2, C9)', async () => {
    const [one, other] = openTwo({ admission: { timeoutMs: 1_000 } })
    void one.get('/a')
    await settled()
    kill(one)
    const visit = other.get('/a')
    await one.clock.advanceAsync(1_000)
    expect((await visit).status).toBe(503)
  })

  test('one of three takes over, and the third waits for that one (X2, I1)', async () => {
    const [dead, ...others] = openFleet(3, { admission: { timeoutMs: 60_000 } }) as [Node, Node, Node]
    void dead.get('/a')
    await settled()
    const waiting = others.map((node) => node.get('/a'))
    await settled()
    kill(dead)
    await dead.clock.advanceAsync(3_000)
    expect(rendersOf(others)).toBe(1)
    await (others.find(({ renders }) => renders.count === 1) as Node).renders.last.answers('<p>heir')
    expect(await bodies(waiting)).toEqual(new Set(['<p>heir']))
  })

  test('one that had tried while the key rested holds nobody up either: whoever waits tries in its place', async () => {
    const [one, other] = openTwo({ admission: { timeoutMs: 60_000 } })
    void one.get('/a')
    await settled()
    for (let i = 0; i < 4; i++) {
      await one.renders.last.throws(new Error('down'))
      void one.get('/a')
      await settled()
    }
    kill(one)
    const waiting = other.get('/a')
    await one.clock.advanceAsync(3_000)
    await other.renders.last.answers('<p>heir')
    expect(await (await waiting).text()).toBe('<p>heir')
  })

  test.each(['policy', 'origin'] as const)(
    'a late writer with an old token is refused, and its own visitors get their page (X3, %s mode)',
    async (freshness) => {
      const [one, other] = openTwo({ freshness, admission: { timeoutMs: 60_000 } })
      const page = (body: string): HandlerResponse => html(body, { 'cache-control': 'max-age=60' })
      one.store.faults.renew = { kind: 'hang' }
      const zombie = one.get('/a')
      await settled()
      const waiting = other.get('/a')
      await one.clock.advanceAsync(2_000)
      await other.renders.last.answers(page('<p>heir'))
      expect(await (await waiting).text()).toBe('<p>heir')
      await one.renders.last.answers(page('<p>zombie'))
      expect(await (await zombie).text()).toBe('<p>zombie')
      expect(await bodies([one.get('/a'), other.get('/a')])).toEqual(new Set(['<p>heir']))
    },
  )

  test('a render longer than the lease keeps it, and the others wait (X3, S10)', async () => {
    const [one, other] = openTwo({ admission: { timeoutMs: 60_000 } })
    void one.get('/a')
    await settled()
    const waiting = other.get('/a')
    await one.clock.advanceAsync(45_000)
    expect(other.renders.count).toBe(0)
    await one.renders.last.answers('<p>slow')
    await settled()
    expect(await (await waiting).text()).toBe('<p>slow')
  })

  test('a page that takes longer to be written than a lease lasts keeps it, and the others wait (X3, I1)', async () => {
    const [one, other] = openTwo({ storeTimeoutMs: 1_000, admission: { timeoutMs: 60_000 } })
    one.store.faults.set = { kind: 'delay', ms: 10_000 }
    const first = one.get('/a')
    await settled()
    await one.renders.last.answers('<p>once')
    expect(await (await first).text()).toBe('<p>once')
    const waiting = other.get('/a')
    await one.clock.advanceAsync(10_000)
    expect(await (await waiting).text()).toBe('<p>once')
    expect(other.renders.count).toBe(0)
  })
})

describe('invalidation wins over what another process renders (I2, V5)', () => {
  const menu =
    (node: Node) =>
    (input: HandlerInput): HandlerResponse | Promise<HandlerResponse> => {
      pageContext()?.tag('menu')
      return node.renders.handler(input)
    }

  test('whoever comes after a purge does not wait for a render from before it (V1, V5)', async () => {
    const [one, other] = openTwo()
    const before = one.get('/a')
    await settled()
    const waiting = other.get('/a')
    await settled()
    await other.cache.purge({ urls: ['/a'] })
    const after = other.get('/a')
    await settled()
    expect(other.renders.count).toBe(1)
    await other.renders.last.answers('<p>new')
    expect(await (await after).text()).toBe('<p>new')
    await one.renders.last.answers('<p>old')
    expect(await (await before).text()).toBe('<p>old')
    expect(await (await waiting).text()).toBe('<p>new')
    expect(await bodies([one.get('/a'), other.get('/a')])).toEqual(new Set(['<p>new']))
  })

  test('a tag that only the render finds out: whoever came after the record passes to one next render (V3, V5)', async () => {
    const [one, other] = openTwo()
    void one.cache.handle(request('/a'), menu(one))
    await settled()
    const early = other.cache.handle(request('/a'), menu(other))
    await settled()
    await other.cache.invalidate({ tags: ['menu'] })
    const late = times(3, () => other.cache.handle(request('/a'), menu(other)))
    await settled()
    await one.renders.last.answers('<p>old')
    await settled()
    expect(await (await early).text()).toBe('<p>old')
    expect(other.renders.count).toBe(1)
    await other.renders.last.answers('<p>new')
    expect(await bodies(late)).toEqual(new Set(['<p>new']))
  })
})

test('a lease service that is down: each process renders once for all who ask it (X4, I1)', async () => {
  const fleet = openFleet(2)
  for (const { store } of fleet) Object.assign(store.faults, { take: { kind: 'reject' }, renew: { kind: 'reject' } })
  const pages = times(20, (i) => (fleet[i % 2] as Node).get('/a'))
  await settled()
  expect(fleet.map(({ renders }) => renders.count)).toEqual([1, 1])
  for (const { renders } of fleet) await renders.last.answers('<p>hello')
  expect(await bodies(pages)).toEqual(new Set(['<p>hello']))
})

test.each(['policy', 'origin'] as const)(
  'a page that was rendered while the lease service was down gives way to one from after that (X4, %s mode)',
  async (freshness) => {
    const [one, other] = openTwo({ freshness, staleWhileRevalidate: 0 })
    const page = (body: string): HandlerResponse => html(body, { 'cache-control': 'max-age=60', etag: `"${body}"` })
    one.store.faults.take = { kind: 'reject' }
    await one.render('/a', page('<p>old'))
    one.store.faults.take = undefined
    await one.clock.advanceAsync(60_000)
    await one.render('/a', page('<p>new'))
    expect(await bodies([one.get('/a'), other.get('/a')])).toEqual(new Set(['<p>new']))
  },
)

describe('a page that is stale everywhere is refreshed once, and the whole fleet says the same (R13, S9, S10)', () => {
  test('10 s, and 4 s six seconds later, whichever process is asked; done at 7 s, the next lifetime is 57 s after ten (S9, R13, R14)', async () => {
    const fleet = openFleet(3)
    const [one] = fleet as [Node]
    await one.render('/a', '<p>old')
    await one.clock.advanceAsync(60_000)
    const ask = async () => Promise.all(times(30, (i) => (fleet[i % 3] as Node).get('/a')))
    expect(new Set((await ask()).map(sharedMaxAge))).toEqual(new Set([10]))
    await one.clock.advanceAsync(6_000)
    expect(new Set((await ask()).map(sharedMaxAge))).toEqual(new Set([4]))
    expect(rendersOf(fleet)).toBe(1)
    await one.clock.advanceAsync(1_000)
    await (fleet.find(({ renders }) => renders.count === 1) as Node).renders.last.answers('<p>new')
    await one.clock.advanceAsync(3_000)
    expect(new Set((await ask()).map(sharedMaxAge))).toEqual(new Set([57]))
    expect(rendersOf(fleet)).toBe(1)
  })

  test('whoever comes while another visitor’s question for the lease is under way is told the grace that it fixed (R13)', async () => {
    const [one, other] = openTwo()
    await one.render('/a', '<p>old')
    await one.clock.advanceAsync(60_000)
    await one.get('/a')
    await one.clock.advanceAsync(6_000)
    const answered = Promise.withResolvers<void>()
    other.store.faults.take = { kind: 'wait', until: answered.promise }
    const visits = times(2, () => other.get('/a'))
    await settled()
    answered.resolve()
    expect((await Promise.all(visits)).map(sharedMaxAge)).toEqual([4, 4])
  })

  test('a refresh longer than the grace renews it for everybody (S10)', async () => {
    const [one, other] = openTwo()
    await one.render('/a', '<p>old')
    await one.clock.advanceAsync(60_000)
    await one.get('/a')
    await one.clock.advanceAsync(12_000)
    expect(sharedMaxAge(await other.get('/a'))).toBe(8)
    expect(rendersOf([one, other])).toBe(1)
  })

  test('a cold process serves the stale page of the store at once, with its true age (S7)', async () => {
    const [one, other] = openTwo()
    await one.render('/a', '<p>old')
    await one.clock.advanceAsync(75_000)
    const page = await other.get('/a')
    expect(await page.text()).toBe('<p>old')
    expect(cacheStatus(page)).toEqual({ hit: true, ttl: -15, detail: 'refreshing' })
  })

  test('a refresh whose page the store does not take lets the key rest, and starts no storm (S5)', async () => {
    const [one, other] = openTwo()
    await one.render('/a', '<p>old')
    await one.clock.advanceAsync(60_000)
    one.store.faults.set = { kind: 'reject' }
    await one.get('/a')
    await one.renders.last.answers('<p>new')
    for (const node of [one, other, one, other]) expect(await node.body('/a')).toBe('<p>old')
    expect(rendersOf([one, other])).toBe(1)
  })
})

test('processes that are told apart by nothing but their store do not share what is in memory', async () => {
  const clock = fakeClock()
  const [one, other] = [createRenderCache({ clock }), createRenderCache({ clock })]
  let renders = 0
  const render = () => html(`<p>${++renders}`)
  await one.handle(request('/a'), render)
  await other.handle(request('/a'), render)
  expect(renders).toBe(2)
})
