import {
  type HandlerResponse,
  memoryStore,
  type Plan,
  type RenderFunction,
  type Store,
  type StoreKey,
  type VisitorRequest,
} from '@ssr-cache/core'
import { type FakeClock, fakeClock } from '@ssr-cache/core/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { rendered } from '../../src/engine/handler.ts'
import { visitorRequest } from '../../src/engine/visitor.ts'
import {
  cacheStatus,
  field,
  html,
  ORIGIN,
  openShop,
  request,
  settled,
  sharedMaxAge,
  stateOf,
  times,
} from './harness.ts'

afterEach(() => vi.unstubAllEnvs())

const VISITOR: VisitorRequest = { method: 'GET', scheme: 'https', host: 'shop.example', target: '/a', headers: {} }
const PREVIEW = `${ORIGIN}/a?preview=1`

const names = ({ fields }: { readonly fields: readonly (readonly [string, string])[] }) => fields.map(([name]) => name)

/** The answer of a shared plan whose render declines, as a router that falls through does. */
function declined(plan: Plan): ReturnType<Extract<Plan, { kind: 'shared' }>['answer']> {
  if (plan.kind !== 'shared') throw new Error(`expected a shared plan, got ${plan.kind}`)
  const render: RenderFunction = () => ({ kind: 'declined' })
  return plan.answer(render)
}

describe('a visitor who is answered alone', () => {
  test('gives the place back at the end, whatever the handler does (I7)', async () => {
    const shop = openShop({ admission: { bypassConcurrency: 1, queueLimit: 0 } })
    await expect(
      shop.cache.handle({ url: PREVIEW }, () => {
        throw new Error('down')
      }),
    ).rejects.toThrow('down')
    for (const _ of times(3, () => 0)) expect((await shop.render('/a?preview=1', '<p>')).status).toBe(200)
    expect(shop.cache.stats().bypasses).toEqual({ running: 0, queued: 0, writtenOff: 0 })
  })

  test('waits for a place without leaving a timer behind, and is turned away with a word on why (I13)', async () => {
    const shop = openShop({ admission: { bypassConcurrency: 1, queueLimit: 1 } })
    const visits = times(3, () => shop.get('/a?preview=1', { headers: { accept: 'text/html' } }))
    await settled()
    const away = await (visits[2] as (typeof visits)[0])
    expect([away.status, await away.text()]).toEqual([503, 'Service Unavailable\n'])
    expect(cacheStatus(away)).toMatchObject({ detail: 'bypass-limit' })
    expect(field(away, 'retry-after')).toBeDefined()
    for (const i of [0, 1]) await shop.renders.at(i).answers('<p>')
    await Promise.all(visits)
    expect(shop.clock.pending).toBe(0)
  })

  test('is a Request to the handler, made of as little as was given', async () => {
    const { cache } = openShop()
    const seen: unknown[] = []
    const handler = ({ request: asked }: { readonly request: Request }): HandlerResponse => {
      seen.push([asked.method, asked.url, [...asked.headers]])
      return html('<p>')
    }
    await cache.handle({ url: PREVIEW }, handler)
    await cache.handle({ url: PREVIEW, headers: { 'x-gone': undefined, 'x-two': ['1', '2'] } }, handler)
    expect(seen).toEqual([
      ['GET', PREVIEW, []],
      ['GET', PREVIEW, [['x-two', '1, 2']]],
    ])
  })

  test('keeps the app’s own fields where the route is none of the cache’s business', () => {
    const { cache } = openShop({ routes: [{ match: '/feed', cache: false }] })
    const own = { kind: 'bypass', fields: 'own', reason: 'route' }
    expect(cache.plan({ ...VISITOR, target: '/feed' })).toMatchObject(own)
    const personal = { kind: 'bypass', fields: 'personal', reason: 'query' }
    expect(cache.plan({ ...VISITOR, target: '/a?preview=1' })).toMatchObject(personal)
  })
})

describe('what a handler gives', () => {
  test('goes out with its own fields and the cache’s, and no other', async () => {
    const shop = openShop()
    const headers = { 'content-type': 'text/html' }
    expect(names(await shop.render('/parts', { body: 'x', headers })).toSorted()).toEqual([
      'cache-control',
      'cache-status',
      'content-type',
      'etag',
    ])
    expect(names(await shop.render('/none?preview=1', { body: 'x' })).toSorted()).toEqual([
      'cache-control',
      'cache-status',
    ])
    const response = new Response('x', { headers })
    expect(names(await shop.render('/response?preview=1', response)).toSorted()).toEqual([
      'cache-control',
      'cache-status',
      'content-type',
    ])
  })

  test('may be a Response that streams, which can be left', async () => {
    let isLetGo = false
    const stream = new ReadableStream({
      cancel() {
        isLetGo = true
      },
    })
    const { body } = rendered(new Response(stream))
    const left = (body as AsyncIterableIterator<Uint8Array>).return?.()
    expect(await left).toEqual({ done: true, value: undefined })
    expect(isLetGo).toBe(true)
  })

  test('may be a Response without a body', async () => {
    const page = await openShop().render('/a', new Response(null, { status: 404 }))
    expect([page.status, await page.text()]).toEqual([404, ''])
  })

  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'got undefined. Return new Response(html'],
    ['a text', '<p>', 'got "<p>" (string)'],
    ['a body that is none', { body: 42 }, 'a handler must give a Response or { status, headers, body }, got'],
  ])('and it is refused where it gives %s', async (_, answer, message) => {
    const render = openShop().cache.handle(request('/a'), () => answer as HandlerResponse)
    await expect(render).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_RENDER' })
    await expect(render).rejects.toThrow(message)
  })

  test('and what cannot be sent says what was wrong with it', async () => {
    const render = openShop().render('/a', html('<p>', { 'x-a': 'π' }))
    await expect(render).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_RENDER', cause: expect.any(Error) })
  })
})

describe('a request', () => {
  test('without headers has none', () => {
    expect(visitorRequest({ url: `${ORIGIN}/a` }).headers).toEqual({})
  })

  test('whose URL stands somewhere in a text is none', () => {
    expect(() => visitorRequest({ url: `see ${ORIGIN}/a` })).toThrow('a request must have an absolute http(s) url')
  })

  test('is shared in production without asking for a dev server, and in development by what the options say', async () => {
    for (const mode of ['production', 'development']) {
      vi.stubEnv('NODE_ENV', mode)
      const shop = openShop({ hosts: ['shop.example'], keyCoverage: false })
      await shop.render('/a', '<p>')
      expect(cacheStatus(await shop.get('/a'))).toMatchObject({ hit: true })
    }
  })

  test('counts for its host by whatever path: a busy host does not make room for others (I7)', async () => {
    const shop = openShop()
    const visit = (url: string) => shop.cache.handle({ url }, () => html('<p>'))
    for (let i = 0; i < 5; i++) await visit(`https://busy.example/${i}`)
    for (let i = 0; i < 40; i++) await visit(`https://flood${i}.example/`)
    for (let i = 0; i < 5; i++)
      expect(cacheStatus(await visit(`https://busy.example/${i}`))).toMatchObject({ hit: true })
  })

  test('has a key that fits into any store, with or without a variant', () => {
    const { cache } = openShop({ key: { cookies: ['currency'] } })
    const ids = [{}, { headers: { cookie: 'currency=EUR' } }].map((init) => cache.key(request('/a', init))?.id)
    expect(ids).toEqual([expect.stringMatching(/^[\w-]{43}$/), expect.stringMatching(/^[\w-]{43}$/)])
    expect(new Set(ids).size).toBe(2)
  })

  test('that varies by what the CDN keys as well is the CDN’s to keep (R70)', async () => {
    const shop = openShop({ key: { cookies: ['currency'] }, downstream: { cdnKeys: ['currency'] } })
    const page = await shop.render('/a', '<p>', { headers: { cookie: 'currency=EUR' } })
    expect(field(page, 'cache-control')).toMatch(/^public, /)
  })

  test('counts for what is warmed again once it is shared (R17)', async () => {
    const shop = openShop()
    await shop.render('/a', '<p>')
    expect(shop.cache.hottest(9)).toEqual([`${ORIGIN}/a`])
  })
})

describe('a store with neither log nor lease of its own', () => {
  /** Three methods, as the smallest store has them. */
  function bare(clock: FakeClock): Store {
    const store = memoryStore({ clock })
    return {
      capabilities: { ...store.capabilities, lease: false, log: false },
      get(key, o) {
        const { value, revision } = store.get(key, o)
        return value === undefined || revision === undefined ? {} : { value, revision }
      },
      set: (key, value, o) => store.set(key, value, o),
      delete: (key, o) => store.delete(key, o),
    }
  }

  test('is given both, by the clock of the cache: windows and grace are as ever (§5)', async () => {
    const clock = fakeClock()
    const shop = openShop({ clock, store: bare(clock) })
    await shop.render('/a', 'old')
    await shop.cache.invalidate({ urls: ['/a'] })
    expect(await shop.body('/a')).toBe('old')
    await settled()
    await clock.advanceAsync(6_000)
    const stale = await shop.get('/a')
    expect([sharedMaxAge(stale), shop.renders.count]).toEqual([4, 1])
    await shop.renders.last.throws(new Error('down'))
    await clock.advanceAsync(600_000)
    const late = shop.get('/a')
    expect(await stateOf(late)).toBe('pending')
    await shop.renders.last.answers('new')
    expect(await (await late).text()).toBe('new')
    await shop.cache.close()
  })

  test('the log of a store is followed until the cache is closed (I13)', async () => {
    const clock = fakeClock()
    const unfollow = vi.fn()
    const store = memoryStore({ clock })
    vi.spyOn(store.log, 'follow').mockReturnValue(unfollow)
    const { cache } = openShop({ clock, store })
    expect(unfollow).not.toHaveBeenCalled()
    await cache.close()
    expect(unfollow).toHaveBeenCalledOnce()
  })
})

describe('a ready key', () => {
  test('is none for a request that is refused', () => {
    const { cache } = openShop({ key: { cookies: ['currency'] } })
    expect(cache.key(request('/a', { headers: { cookie: `currency=${'x'.repeat(2_000)}` } }))).toBeUndefined()
  })

  test.each([true, false])('finds what is kept, unless the cache is off; enabled: %s', async (enabled) => {
    const clock = fakeClock()
    const store = memoryStore({ clock })
    await openShop({ clock, store }).render('/a', 'kept')
    const { cache } = openShop({ clock, store, enabled })
    const page = await cache.lookup(cache.key(request('/a')) as StoreKey) // an ordinary page has one
    expect(await page?.text()).toBe(enabled ? 'kept' : undefined)
  })
})

describe('each answer is told, with the reason and the one to blame where there are any (I12)', () => {
  test('and with nothing where there are none', async () => {
    const shop = openShop({ bypass: { cookies: ['sid'] } })
    await shop.render('/a', '<p>')
    for (let i = 0; i < 2; i++) await shop.get('/a')
    for (let i = 0; i < 2; i++) await shop.cache.lookup(shop.cache.key(request('/a')) as StoreKey) // an ordinary page has one
    await shop.render('/a', '<p>', { headers: { cookie: 'sid=1' } })
    await shop.render('/b', html('down', {}, 503))
    const thrown = (path: string, error: Error) =>
      expect(shop.cache.handle(request(path), () => Promise.reject(error))).rejects.toBe(error)
    await thrown('/c', new Error('down'))
    await thrown('/d', Object.assign(new Error('not here'), { status: 404 }))
    shop.clock.advance(661_000)
    for (const answer of [html('down', {}, 503), Promise.reject(new Error('down'))]) {
      const late = shop.cache.handle(request('/a'), () => answer)
      expect(await (await late).text()).toBe('<p>')
      shop.clock.advance(60_000)
    }
    const answers = shop.told.filter(([name]) => name === 'answer').map(([, told]) => told)
    expect(answers).toStrictEqual([
      { route: '*', answered: 'miss' },
      ...times(4, () => ({ route: '*', answered: 'hit' })),
      { route: '*', answered: 'bypass', reason: 'cookie', culprit: 'sid' },
      { route: '*', answered: 'failed', reason: 'status-503' },
      { route: '*', answered: 'failed', reason: 'thrown' },
      { route: '*', answered: 'failed', reason: 'refused' },
      { route: '*', answered: 'stale', reason: 'status-503' },
      { route: '*', answered: 'stale', reason: 'thrown' },
    ])
  })
})

describe('a router that falls through', () => {
  test.each([true, false])('is told so, with the cache on: %s', async (enabled) => {
    const shop = openShop({ enabled })
    expect(await declined(shop.cache.plan(VISITOR))).toEqual({ kind: 'declined' })
    const reason = enabled ? {} : { reason: 'off' }
    expect(shop.told).toContainEqual(['answer', { route: '*', answered: 'declined', ...reason }])
  })
})

describe('what a cache is asked wrongly', () => {
  test('a look-up by what is no ready key says how to make one', () => {
    const { cache } = openShop()
    const { page: _, ...half } = cache.key(request('/a')) as unknown as { readonly page: unknown }
    const look = () => cache.lookup(half as never)
    expect(look).toThrow(expect.objectContaining({ code: 'ERR_SSR_CACHE_REQUEST' }))
    expect(look).toThrow('lookup must be given a ready key. Write cache.lookup(cache.key(request)).')
  })

  test.each(['42', 42, null, undefined])('invalidate(%j) says what it wants', async (what) => {
    const asked = openShop().cache.invalidate(what as never)
    await expect(asked).rejects.toThrow('"targets" must be an object')
  })

  test.each<[string, (cache: ReturnType<typeof openShop>['cache']) => unknown]>([
    ['value', (cache) => cache.value('x', {}, () => 1)],
    ['warm', (cache) => cache.warm([`${ORIGIN}/`], { through: async () => new Response() })],
    ['handle', (cache) => cache.handle(request('/a'), () => html('<p>'))],
    ['purge', (cache) => cache.purge({ all: true })],
  ])('%s after close says what came first (I13)', async (_, call) => {
    const { cache } = openShop()
    await cache.close()
    await expect((async () => call(cache))()).rejects.toThrow(
      'ERR_SSR_CACHE_CLOSED: a call must come before close(). Close the server first, then the cache.',
    )
  })
})

describe('what closing ends', () => {
  test('visitors who are answered alone and wait for a place are turned away (I13)', async () => {
    const shop = openShop({ admission: { bypassConcurrency: 1, timeoutMs: 60_000 } })
    const visits = times(2, () => shop.get('/a?preview=1'))
    await settled()
    await shop.cache.close({ limitMs: 0 })
    expect((await (visits[1] as (typeof visits)[0])).status).toBe(503)
  })

  test('loads that wait for a place are not begun (I13)', async () => {
    const { cache, clock } = openShop({ admission: { bypassConcurrency: 1 } })
    let loads = 0
    const reads = times(2, (i) =>
      cache.value(`x${i}`, {}, () => {
        loads++
        return new Promise(() => {})
      }),
    )
    for (const read of reads) read.catch(() => {})
    await settled()
    const closed = cache.close({ limitMs: 10 })
    await clock.advanceAsync(10)
    await closed
    expect((await Promise.allSettled(reads)).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(loads).toBe(1)
  })

  test('a render that still runs is told why it is aborted', async () => {
    const shop = openShop()
    const visit = shop.get('/a')
    await settled()
    const closed = shop.cache.close({ limitMs: 0 })
    await shop.clock.advanceAsync(0)
    await closed
    await expect(visit).rejects.toThrow('a render that was still running must come before close()')
  })
})
