import { AsyncResource } from 'node:async_hooks'
import {
  type HandlerResponse,
  memoryStore,
  pageContext,
  type RenderCacheOptions,
  type ValueOptions,
} from '@ssr-cache/core'
import { fakeClock } from '@ssr-cache/core/testing'
import { describe, expect, test, vi } from 'vitest'
import {
  cacheStatus,
  field,
  html,
  openShop,
  request,
  type Shop,
  settled,
  sharedMaxAge,
  stateOf,
  times,
} from './harness.ts'

const LONG: ValueOptions = { maxAge: 600, tags: ['menu'] }

/** A cache whose pages show a menu, which the app has in `menu`. */
interface Site extends Shop {
  menu: unknown
  loads: number
  /** What the next loads do instead. */
  load: (() => unknown) | undefined
  /** The menu, as any code may ask for it. */
  readMenu(options?: ValueOptions): Promise<unknown>
  /** A visit of a page that shows the menu. */
  visit(path: string, options?: ValueOptions): ReturnType<Shop['get']>
}

function openSite(options: RenderCacheOptions = {}): Site {
  const site: Site = {
    ...openShop(options),
    menu: 'films',
    loads: 0,
    load: undefined,
    readMenu: (given = LONG) =>
      site.cache.value('menu', given, () => {
        site.loads++
        return site.load === undefined ? site.menu : site.load()
      }),
    visit: (path, given) =>
      site.cache.handle(request(path), async (): Promise<HandlerResponse> => html(`<p>${await site.readMenu(given)}`)),
  }
  return site
}

describe('a value is kept by the rules of pages (R7)', () => {
  test('it is loaded once for all who ask, and kept (I1, C1)', async () => {
    const site = openSite()
    const all = await Promise.all(times(50, () => site.readMenu()))
    expect(new Set(all)).toEqual(new Set(['films']))
    await site.readMenu()
    expect(site.loads).toBe(1)
    expect(site.cache.stats().flights).toBe(0)
  })

  test('when its lifetime is over it is served stale while one load runs behind it', async () => {
    const site = openSite()
    await site.readMenu()
    site.menu = 'series'
    await site.clock.advanceAsync(600_000)
    expect(await Promise.all(times(5, () => site.readMenu()))).toEqual(times(5, () => 'films'))
    await settled()
    expect(await site.readMenu()).toBe('series')
    expect(site.loads).toBe(2)
  })

  test('a load that fails is told to all who wait; the old value stands in while a window is open (I5)', async () => {
    const site = openSite()
    site.load = () => Promise.reject(new Error('down'))
    for (const failed of await Promise.allSettled(times(3, () => site.readMenu()))) {
      expect(failed).toMatchObject({ status: 'rejected', reason: { message: 'down' } })
    }
    expect(site.loads).toBe(1)
    site.load = undefined
    await site.readMenu()
    site.load = () => Promise.reject(new Error('down'))
    await site.clock.advanceAsync(1_300_000)
    expect(await site.readMenu()).toBe('films')
  })

  test('invalidate and purge name it by tag, and by nothing else that names pages but all', async () => {
    const site = openSite()
    await site.readMenu()
    await site.cache.invalidate({ urls: ['/menu', '/'], prefix: '/menu' })
    await site.readMenu()
    expect(site.loads).toBe(1)
    await site.cache.purge({ tags: ['menu'] })
    await site.readMenu()
    expect(site.loads).toBe(2)
    await site.cache.purge({ all: true })
    await site.readMenu()
    expect(site.loads).toBe(3)
  })

  test('values of two keys, two builds, and pages of the same name are apart (K4)', async () => {
    const { cache, ...site } = openSite()
    const give = (value: string) => () => value
    expect(await cache.value('a', {}, give('1'))).toBe('1')
    expect(await cache.value('a\n', {}, give('2'))).toBe('2')
    expect(await cache.value('A', {}, give('3'))).toBe('3')
    expect(await (await site.render('/value:a', '<p>page')).text()).toBe('<p>page')
    expect(await cache.value('a', {}, give('4'))).toBe('1')
  })

  test('refresh ahead holds for values, too (R3)', async () => {
    const site = openSite()
    await site.readMenu({ maxAge: 100, refreshAhead: 0.5 })
    await site.clock.advanceAsync(50_000)
    site.menu = 'series'
    expect(await site.readMenu({ maxAge: 100, refreshAhead: 0.5 })).toBe('films')
    await settled()
    expect(await site.readMenu()).toBe('series')
  })

  test('a load that never ends is given up at the deadline (C4)', async () => {
    const site = openSite()
    site.load = () => new Promise(() => {})
    const asked = site.readMenu()
    asked.catch(() => {})
    await site.clock.advanceAsync(59_999)
    expect(await stateOf(asked)).toBe('pending')
    await site.clock.advanceAsync(1)
    await expect(asked).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_DEADLINE' })
    await expect(asked).rejects.toThrow('a load must end within admission.deadlineMs, and this one did not. Raise it')
  })

  test('who joins a load waits no longer than that load may last, and is told the same (C4)', async () => {
    const site = openSite()
    let signal: AbortSignal | undefined
    const read = () =>
      site.cache.value('menu', {}, (input) => {
        signal = input.signal
        return new Promise(() => {})
      })
    const first = read()
    first.catch(() => {})
    await site.clock.advanceAsync(30_000)
    const second = read()
    second.catch(() => {})
    await settled()
    expect(signal?.aborted).toBe(false)
    await site.clock.advanceAsync(30_000)
    for (const asked of [first, second]) await expect(asked).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_DEADLINE' })
    expect(signal?.aborted).toBe(true)
  })

  test('what lives no time and has no window is shared by those who wait, and kept for nobody after them (C1)', async () => {
    const site = openSite()
    const never = { maxAge: 0, staleWhileRevalidate: 0, staleIfError: 0 }
    expect(await Promise.all(times(3, () => site.readMenu(never)))).toEqual(['films', 'films', 'films'])
    expect(site.loads).toBe(1)
    await site.readMenu(never)
    expect(site.loads).toBe(2)
  })

  test('two builds on one store keep their values apart, under keys that fit into any store (K4)', async () => {
    const clock = fakeClock()
    const store = memoryStore({ clock })
    const get = vi.spyOn(store, 'get')
    const builds = ['1', '2', '1'].map((id) => openShop({ clock, store, build: { id } }).cache)
    const reads = builds.map((cache, i) => () => cache.value('a', {}, () => i))
    const values: unknown[] = []
    for (const read of reads) values.push(await read())
    expect(values).toEqual([0, 1, 0])
    expect(new Set(get.mock.calls.map(([{ id }]) => id))).toEqual(
      new Set([expect.stringMatching(/^[\w-]{43}$/), expect.stringMatching(/^[\w-]{43}$/)]),
    )
  })

  test('loads take no place in the cap of renders: a render that waits for one cannot lock the cache', async () => {
    const site = openSite({ admission: { concurrency: 1, queueLimit: 0 } })
    expect((await site.visit('/a')).status).toBe(200)
  })

  test('a render that close waits for gets its values (I13)', async () => {
    const site = openSite()
    const rest = Promise.withResolvers<void>()
    const visit = site.cache.handle(request('/a'), async () => {
      await rest.promise
      return html(`<p>${await site.readMenu()}`)
    })
    await settled()
    const closed = site.cache.close()
    rest.resolve()
    expect(await (await visit).text()).toBe('<p>films')
    await closed
  })

  test('after close no value is given', async () => {
    const site = openSite()
    await site.cache.close()
    await expect(site.readMenu()).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_CLOSED' })
  })
})

describe('what a value is (I10)', () => {
  test('comes back with its types, on the load as on a hit, and is the caller’s own copy', async () => {
    const { cache } = openShop()
    const loaded = {
      at: new Date(5),
      by: new Map([['a', new Set([1n])]]),
      bytes: new Uint8Array([1, 2]),
      no: undefined,
    }
    const first = await cache.value('x', {}, () => loaded)
    expect(first).toEqual(loaded)
    first.at.setTime(6)
    loaded.bytes[0] = 9
    const second = await cache.value('x', {}, () => loaded)
    expect(second).toEqual({ ...loaded, at: new Date(5), bytes: new Uint8Array([1, 2]) })
    second.bytes[0] = 7
    expect((await cache.value('x', {}, () => loaded)).bytes).toEqual(new Uint8Array([1, 2]))
  })

  test.each([undefined, null, 0, '', false])('%s is a value', async (value) => {
    const { cache } = openShop()
    let loads = 0
    const read = (): Promise<unknown> => cache.value('x', {}, () => ++loads && value)
    expect([await read(), await read()]).toEqual([value, value])
    expect(loads).toBe(1)
  })

  test('what cannot be copied is refused, with the way out', async () => {
    const { cache } = openShop()
    const refused = cache.value('x', {}, () => () => 1)
    await expect(refused).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_VALUE', cause: expect.any(Error) })
    await expect(refused).rejects.toThrow('the value of "x" must be something that structuredClone copies')
  })

  test('what is larger than pages may be goes to whoever asked, whole, and is not kept', async () => {
    const { cache } = openShop({ maxPageBytes: 100 })
    const large = 'x'.repeat(1_000)
    let loads = 0
    const read = (): Promise<string> => cache.value('x', {}, () => (++loads ? large : ''))
    expect(await read()).toBe(large)
    expect(await read()).toBe(large)
    expect(loads).toBe(2)
    expect(cache.stats().bypasses.running).toBe(0)
  })

  test('the longest key is a key', async () => {
    expect(await openShop().cache.value('x'.repeat(2_048), {}, () => 1)).toBe(1)
  })

  test.each<[string, unknown, unknown, string]>([
    [
      'an empty key',
      '',
      {},
      '"key" must be a string of 1 to 2048 characters, got "" (string). Write cache.value(\'menu:main\'',
    ],
    ['a key that is no string', 7, {}, '"key" must be'],
    ['a key that is a list', ['x'], {}, '"key" must be'],
    ['a key without end', 'x'.repeat(2_049), {}, '"key" must be'],
    ['an unknown option', 'x', { ttl: 5 }, '"ttl"'],
    ['a lifetime with a unit', 'x', { maxAge: '5m' }, 'Write 300.'],
    ['tags that are no list', 'x', { tags: 'menu' }, '"tags"'],
    ['a tag that is none', 'x', { tags: [7] }, 'a tag must be a string'],
    [
      'a vary that the key of pages does not hold',
      'x',
      { vary: ['user-agent'] },
      '"vary" must be names of what the key of pages holds, got "user-agent" (string). Known are: none.',
    ],
  ])('%s is refused', async (_, key, options, message) => {
    const { cache } = openShop()
    const read = cache.value(key as string, options as ValueOptions, () => 1)
    await expect(read).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_OPTION' })
    await expect(read).rejects.toThrow(message)
  })

  test('a vary with a slip is told the names that there are', async () => {
    const { cache } = openShop({ key: { cookies: ['currency'], headers: { 'accept-language': true } } })
    await expect(cache.value('x', { vary: ['currency'] }, () => 1)).rejects.toThrow(
      /Known are: (?:accept-language, cookie currency|cookie currency, accept-language)\./,
    )
  })
})

describe('what a value says reaches the page around it, on a hit as on a load (V17)', () => {
  for (const known of [false, true]) {
    const when = known ? 'that was kept' : 'that is loaded'

    test(`tags of a value ${when}: its options’, and those its load named`, async () => {
      const site = openSite()
      site.load = () => {
        pageContext()?.tag('from-the-load')
        return 'films'
      }
      if (known) await site.readMenu()
      for (const tag of ['menu', 'from-the-load']) {
        await site.visit('/a')
        site.loads = 0
        await site.cache.invalidate({ tags: [tag] })
        expect(cacheStatus(await site.visit('/a'))).toMatchObject({ hit: true, detail: 'refreshing' })
        await settled()
        expect(site.loads).toBe(1)
      }
    })

    test(`the lifetime of a value ${when} only lowers the page’s`, async () => {
      const site = openSite({ maxAge: 300 })
      const short = { maxAge: 100 }
      if (known) await site.readMenu(short)
      if (known) await site.clock.advanceAsync(60_000)
      expect(sharedMaxAge(await site.visit('/a', short))).toBe(known ? 40 : 100)
      expect(sharedMaxAge(await site.visit('/b', { maxAge: 9_000 }))).toBe(known ? 40 : 100)
    })

    test(`a lifetime that the load of a value ${when} said`, async () => {
      const site = openSite({ maxAge: 300 })
      site.load = () => {
        pageContext()?.maxAge(20)
        return 'films'
      }
      if (known) await site.readMenu()
      expect(sharedMaxAge(await site.visit('/a'))).toBe(20)
    })

    test(`a longer lifetime of a value ${when} changes nothing`, async () => {
      const site = openSite({ maxAge: 30 })
      if (known) await site.readMenu()
      expect(sharedMaxAge(await site.visit('/a'))).toBe(30)
    })

    test(`the windows of a value ${when}: a page is not served stale for longer than what is in it`, async () => {
      const site = openSite()
      const brief = { maxAge: 60, staleWhileRevalidate: 0, staleIfError: 0 }
      if (known) await site.readMenu(brief)
      await site.visit('/a', brief)
      await site.clock.advanceAsync(60_000)
      expect(cacheStatus(await site.visit('/a', brief))).toMatchObject({ fwd: 'uri-miss' })
    })
  }

  test('a value inside of a value reaches the page, too', async () => {
    const site = openSite({ maxAge: 300 })
    const outer = (): Promise<unknown> =>
      site.cache.value('outer', { maxAge: 200 }, () => site.readMenu({ maxAge: 50, tags: ['menu'] }))
    await outer()
    await site.clock.advanceAsync(10_000)
    const page = await site.cache.handle(request('/a'), async () => html(`<p>${await outer()}`))
    expect(sharedMaxAge(page)).toBe(40)
    await site.cache.purge({ tags: ['menu'] })
    expect(cacheStatus(await site.render('/a', '<p>anew'))).toMatchObject({ fwd: 'uri-miss' })
  })

  test('private() in a load is the page’s, and the value is nobody else’s', async () => {
    const site = openSite()
    site.load = () => {
      pageContext()?.private()
      return 'yours'
    }
    const page = await site.visit('/a')
    expect(field(page, 'cache-control')).toBe('private, no-store')
    await site.visit('/a')
    expect(site.loads).toBe(2)
  })

  test('private() in a load that no page asked for is nobody’s fault', async () => {
    const site = openSite()
    site.load = () => {
      pageContext()?.private()
      return 'yours'
    }
    expect([await site.readMenu(), await site.readMenu()]).toEqual(['yours', 'yours'])
    expect(site.loads).toBe(2)
  })

  test('tags of a value that is not kept reach the page: it is found by them', async () => {
    const site = openSite({ maxPageBytes: 200 })
    site.load = () => 'x'.repeat(500)
    const render = async (): Promise<HandlerResponse> => html(`<p>${String(await site.readMenu()).length}`)
    await site.cache.handle(request('/a'), render)
    await site.cache.purge({ tags: ['menu'] })
    expect(cacheStatus(await site.cache.handle(request('/a'), render))).toMatchObject({ fwd: 'uri-miss' })
  })

  test('outside of a page it is served as it is, and reaches nothing', async () => {
    const site = openSite()
    await site.readMenu()
    await site.cache.invalidate({ tags: ['menu'] })
    site.menu = 'series'
    expect(await site.readMenu()).toBe('films')
    await settled()
    expect(await site.readMenu()).toBe('series')
  })
})

describe('no page is made from what has been invalidated (I2)', () => {
  test('inside of a shared render an invalidated value is loaded again, not served stale', async () => {
    const site = openSite()
    await site.readMenu()
    await site.cache.invalidate({ tags: ['menu'] })
    site.menu = 'series'
    expect(await (await site.visit('/a')).text()).toBe('<p>series')
  })

  test('one whose time is over is served stale inside of a page as well, while one load runs behind it', async () => {
    const site = openSite()
    await site.readMenu()
    await site.clock.advanceAsync(600_000)
    site.menu = 'series'
    expect(await (await site.visit('/a')).text()).toBe('<p>films')
    await settled()
    expect(site.loads).toBe(2)
  })

  test('where that load fails the old value stands in, and the page is stale from the start', async () => {
    const site = openSite()
    await site.readMenu()
    await site.cache.invalidate({ tags: ['menu'] })
    site.load = () => Promise.reject(new Error('down'))
    const page = await site.visit('/a')
    expect(await page.text()).toBe('<p>films')
    expect(sharedMaxAge(page)).toBe(10)
    site.load = undefined
    site.menu = 'series'
    await site.clock.advanceAsync(3_000)
    await site.visit('/a')
    await settled()
    expect(await (await site.visit('/a')).text()).toBe('<p>series')
  })

  test('an invalidation of the page alone does not condemn it for ever to the older value inside it', async () => {
    const site = openSite()
    await site.readMenu()
    await site.visit('/a')
    await site.cache.invalidate({ urls: ['/a'] })
    await site.visit('/a')
    await settled()
    expect(cacheStatus(await site.visit('/a'))).toEqual({ hit: true, ttl: 60 })
    expect(site.loads).toBe(1)
  })

  test('a value invalidated while the page is rendered makes the page stale (V3)', async () => {
    const site = openSite()
    const rest = Promise.withResolvers<void>()
    const visit = site.cache.handle(request('/a'), async () => {
      const menu = await site.readMenu()
      await rest.promise
      return html(`<p>${menu}`)
    })
    await settled()
    await site.cache.invalidate({ tags: ['menu'] })
    rest.resolve()
    expect(sharedMaxAge(await visit)).toBe(10)
  })
})

describe('a value varies by what it says, and by nothing else (I3, V17)', () => {
  const options: RenderCacheOptions = { key: { cookies: ['currency'], headers: { 'accept-language': true } } }
  const visitor = (currency: string): Request =>
    request('/a', { headers: { cookie: `currency=${currency}`, 'accept-language': 'de' } })

  test('each of its values is a value of its own, and the load sees that part of the key alone', async () => {
    const { cache } = openShop(options)
    const seen: unknown[] = []
    const read = (): Promise<string> =>
      cache.value('prices', { vary: ['cookie currency'] }, () => {
        const { variant } = pageContext() ?? {}
        seen.push(variant)
        return String(variant?.['cookie currency'])
      })
    for (const currency of ['EUR', 'CHF', 'EUR']) {
      const page = await cache.handle(visitor(currency), async () => html(`<p>${await read()}`, { 'x-page': currency }))
      expect(await page.text()).toBe(`<p>${currency}`)
    }
    expect(seen).toEqual([{ 'cookie currency': 'EUR' }, { 'cookie currency': 'CHF' }])
  })

  test('however often it was asked for by visitors in turn (I3, V17)', async () => {
    const { cache } = openShop(options)
    let loads = 0
    for (const [i, currency] of ['EUR', 'CHF', undefined, 'EUR', 'EUR', 'CHF', undefined, 'CHF'].entries()) {
      const visit = request(`/${i}`, currency === undefined ? {} : { headers: { cookie: `currency=${currency}` } })
      const page = await cache.handle(visit, async () => {
        const price = await cache.value('prices', { vary: ['cookie currency'] }, () => {
          loads++
          return String(pageContext()?.variant['cookie currency'])
        })
        return html(price)
      })
      expect(await page.text()).toBe(String(currency))
    }
    expect(loads).toBe(3)
  })

  test('a part that the visitor did not send is no part of it', async () => {
    const { cache } = openShop(options)
    const read = (): Promise<string[]> =>
      cache.value('prices', { vary: ['cookie currency'] }, () => Object.keys(pageContext()?.variant ?? {}))
    const page = await cache.handle(request('/a'), async () => html(JSON.stringify(await read())))
    expect(await page.text()).toBe('[]')
  })

  test('without vary its load sees nothing of the visitor’s variant', async () => {
    const { cache } = openShop(options)
    const read = (): Promise<unknown> => cache.value('prices', {}, () => ({ ...pageContext()?.variant }))
    const page = await cache.handle(visitor('EUR'), async () => html(JSON.stringify(await read())))
    expect(await page.text()).toBe('{}')
  })
})

describe('what a bypass, an ended render and a broken store must not do to values', () => {
  test('a value that varies is not kept where no page says which variant it is: a bypass asks for its own visitor (I3)', async () => {
    const { cache } = openShop({ key: { cookies: ['currency'] }, bypass: { cookies: ['sid'] } })
    const handler = async ({ request: seen }: { readonly request: Request }): Promise<HandlerResponse> => {
      const prices = await cache.value(
        'prices',
        { vary: ['cookie currency'] },
        () => `in ${seen.headers.get('cookie')}`,
      )
      return html(`<p>${prices}`)
    }
    const visit = async (cookie: string) =>
      (await cache.handle(request('/a', cookie === '' ? {} : { headers: { cookie } }), handler)).text()
    expect(await visit('sid=1; currency=USD')).toBe('<p>in sid=1; currency=USD')
    expect(await visit('')).toBe('<p>in null')
    expect(await visit('sid=2; currency=CHF')).toBe('<p>in sid=2; currency=CHF')
  })

  test('code that goes on in the context of an ended render is in no page (I2, I3)', async () => {
    const { cache } = openShop({ key: { cookies: ['currency'] } })
    let late: () => unknown = () => {}
    await cache.handle(request('/a', { headers: { cookie: 'currency=USD' } }), () => {
      const snapshot = AsyncResource.bind(() => pageContext())
      expect(snapshot()?.variant).toEqual({ 'cookie currency': 'USD' })
      late = snapshot
      return html('<p>')
    })
    await settled()
    expect(late()).toBeUndefined()
  })

  test('what a store gives that is no value is told, deleted, and loaded anew (I6, F5)', async () => {
    const clock = fakeClock()
    const store = memoryStore({ clock })
    let garble = false
    const shop = openShop({
      clock,
      store: {
        ...store,
        capabilities: store.capabilities,
        lease: store.lease,
        log: store.log,
        get(key, o) {
          const found = store.get(key, o)
          if (!garble || found.value?.kind !== 'page') return found
          return { ...found, value: { ...found.value, body: new Uint8Array([1, 2, 3]) } }
        },
        set: (key, value, o) => store.set(key, value, o),
        delete: (key, o) => store.delete(key, o),
      },
    })
    let loads = 0
    const read = (): Promise<string> =>
      shop.cache.value('x', {}, () => {
        pageContext()?.tag(`load-${++loads}`)
        return 'loaded'
      })
    await read()
    garble = true
    expect(await read()).toBe('loaded')
    expect(shop.told).toContainEqual(['store-error', { operation: 'get', error: expect.any(Error) }])
    expect(store.size).toBe(0)

    garble = false
    await read()
    garble = true
    const show = async (): Promise<HandlerResponse> => html(`<p>${await read()}`)
    await shop.cache.handle(request('/a'), show)
    expect(loads).toBe(4)
    garble = false
    // What the load anew said reaches the page.
    await shop.cache.purge({ tags: ['load-4'] })
    expect(cacheStatus(await shop.cache.handle(request('/a'), show))).toMatchObject({ fwd: 'uri-miss' })
  })

  test('a status on what a load throws is somebody else’s answer: the old value stands in, and stays (I5)', async () => {
    const site = openSite()
    await site.readMenu({ maxAge: 100, refreshAhead: 0.5 })
    await site.clock.advanceAsync(60_000)
    site.load = () => Promise.reject(Object.assign(new Error('gone upstream'), { status: 404 }))
    for (let i = 0; i < 3; i++) expect(await site.readMenu({ maxAge: 100, refreshAhead: 0.5 })).toBe('films')
  })

  test('a large value is had although every bypass has its place', async () => {
    const shop = openShop({ maxPageBytes: 100, admission: { bypassConcurrency: 1 }, bypass: { cookies: ['sid'] } })
    const large = 'x'.repeat(1_000)
    for (let i = 0; i < 2; i++) {
      const page = await shop.cache.handle(request('/a', { headers: { cookie: 'sid=1' } }), async () =>
        html(`<p>${(await shop.cache.value('x', {}, () => large)).length}`),
      )
      expect(await page.text()).toBe('<p>1000')
    }
  })

  test('loads that no render waits for are as many as bypassing renders, and then wait or are turned away (I7)', async () => {
    const { cache } = openShop({ admission: { bypassConcurrency: 2, queueLimit: 1 } })
    const rest = Promise.withResolvers<number>()
    let loads = 0
    const reads = times(4, (i) => cache.value(`x${i}`, {}, () => (loads++ < 4 ? rest.promise : 0)))
    for (const read of reads) read.catch(() => {})
    await settled()
    expect(loads).toBe(2)
    rest.resolve(1)
    const ends = await Promise.allSettled(reads)
    expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected'])
    const { reason } = ends.find((end) => end.status === 'rejected') ?? {}
    expect(reason).toMatchObject({
      code: 'ERR_SSR_CACHE_VALUE',
      message: expect.stringContaining('a value must be loaded or kept, and it was neither (turned-away). Ask again.'),
    })
  })

  test('a load inside of such a load takes no place of its own, and cannot lock the cache', async () => {
    const { cache } = openShop({ admission: { bypassConcurrency: 1, queueLimit: 1 } })
    const inner = (): Promise<string> => cache.value('inner', {}, () => 'films')
    expect(await cache.value('outer', {}, inner)).toBe('films')
  })

  test('after close has ended the renders no load begins (I13)', async () => {
    const site = openSite()
    let late: (() => Promise<unknown>) | undefined
    void site.cache
      .handle(request('/a'), () => {
        late = AsyncResource.bind(() => site.readMenu())
        return new Promise(() => {})
      })
      .catch(() => {})
    await settled()
    const closed = site.cache.close({ limitMs: 10 })
    await site.clock.advanceAsync(10)
    await closed
    site.loads = 0
    await expect(late?.()).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_CLOSED' })
    expect(site.loads).toBe(0)
  })

  test('keys with lone surrogates are keys, each its own (K6)', async () => {
    const { cache } = openShop()
    const keys = ['a\ud800', 'a\udfff', 'a\ufffd', 'a\\ud800']
    for (const key of keys) await cache.value(key, {}, () => key)
    for (const key of keys) expect(await cache.value(key, {}, () => 'another')).toBe(key)
  })

  test('vary names the same value in any order, and twice', async () => {
    const { cache } = openShop({ key: { cookies: ['a', 'b'] } })
    let loads = 0
    const page = await cache.handle(request('/a', { headers: { cookie: 'a=1; b=2' } }), async () => {
      for (const vary of [
        ['cookie a', 'cookie b'],
        ['cookie b', 'cookie a'],
        ['cookie a', 'cookie a', 'cookie b'],
      ]) {
        await cache.value('x', { vary }, () => ++loads)
      }
      return html('<p>')
    })
    expect([page.status, loads]).toEqual([200, 1])
  })
})

describe('a circle of loads is an error, and no wait', () => {
  test('a value that waits for itself', async () => {
    const { cache } = openShop()
    const read = (): Promise<unknown> => cache.value('x', {}, read)
    await expect(read()).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_VALUE' })
  })

  test('two values that wait for each other, each asked for by somebody else', async () => {
    const { cache } = openShop()
    const gate = Promise.withResolvers<void>()
    const a = (): Promise<unknown> => cache.value('a', {}, () => gate.promise.then(b))
    const b = (): Promise<unknown> => cache.value('b', {}, () => gate.promise.then(a))
    const both = [a(), b()]
    await settled()
    gate.resolve()
    for (const read of await Promise.allSettled(both)) {
      expect(read).toMatchObject({ status: 'rejected', reason: { code: 'ERR_SSR_CACHE_VALUE' } })
    }
  })

  test('a value that once waited for another may be waited for by it later', async () => {
    const { cache } = openShop()
    const read = (key: string, load: () => unknown) => cache.value(key, { tags: ['all'] }, load)
    await read('a', () => read('b', () => 'data'))
    await cache.purge({ tags: ['all'] })
    expect(await read('b', () => read('a', () => 'data'))).toBe('data')
  })

  test('the same value twice in one page, or in two that wait for it, is no circle', async () => {
    const site = openSite()
    const rest = Promise.withResolvers<string>()
    site.load = () => rest.promise
    const twice = site.cache.handle(request('/a'), async () =>
      html(`<p>${await Promise.all([site.readMenu(), site.readMenu()])}`),
    )
    const other = site.visit('/b')
    await settled()
    expect(await stateOf(twice)).toBe('pending')
    rest.resolve('films')
    expect(await (await twice).text()).toBe('<p>films,films')
    expect(await (await other).text()).toBe('<p>films')
    expect(site.loads).toBe(1)
  })
})

test('a cache that is on whatever comes keeps values, too', async () => {
  const site = openSite({ enabled: true })
  expect([await site.readMenu(), await site.readMenu(), site.loads]).toEqual(['films', 'films', 1])
})

describe('while the cache is off', () => {
  test('each value is loaded anew, and copied as ever', async () => {
    const site = openSite({ enabled: false })
    const menu = { films: new Date(1) }
    site.menu = menu
    const read = await site.readMenu()
    expect(read).toEqual(menu)
    expect(read).not.toBe(menu)
    await site.readMenu()
    expect(site.loads).toBe(2)
    site.load = () => Promise.reject(new Error('down'))
    await expect(site.readMenu()).rejects.toThrow('down')
  })

  test('a value larger than pages may be is had as ever', async () => {
    const { cache } = openShop({ enabled: false, maxPageBytes: 100 })
    expect(await cache.value('x', {}, () => 'x'.repeat(1_000))).toHaveLength(1_000)
  })
})
