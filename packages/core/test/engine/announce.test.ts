import { memoryStore } from '@ssr-cache/core'
import { fakeClock, faultyStore } from '@ssr-cache/core/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { LATER, openNode } from './fleet.ts'
import { html, ORIGIN, openShop, settled } from './harness.ts'

afterEach(() => vi.unstubAllEnvs())

describe('what an engineer on call is told at the start', () => {
  test.each([
    ['production', undefined, true],
    ['production', ['shop.example'], false],
    ['development', undefined, false],
  ] as const)('in %s with hosts %j: a warning that any host has pages of its own is %s', (env, hosts, warns) => {
    vi.stubEnv('NODE_ENV', env)
    const { logged } = openShop(hosts === undefined ? {} : { hosts })
    expect(logged.some(([level, message]) => level === 'warn' && message.includes('"hosts"'))).toBe(warns)
  })

  test('what a cache in front must bypass on too, by name', () => {
    const { logged } = openShop({ bypass: { cookies: ['shop_session'], query: ['secret'] } })
    expect(logged).toContainEqual([
      'info',
      expect.stringContaining('must bypass'),
      expect.objectContaining({ cookies: ['shop_session'], query: ['secret'] }),
    ])
  })
})

describe('what an engineer on call is told while it runs', () => {
  const about = (shop: ReturnType<typeof openShop>, level: string) => shop.logged.filter(([said]) => said === level)

  test('that pages cannot be shared, once for each route, reason and culprit (I12)', async () => {
    const shop = openShop({ hosts: ['shop.example'] })
    for (const name of ['sid', 'sid', 'theme'])
      await shop.render(`/${name}`, html('<p>', { 'set-cookie': `${name}=1` }))
    const warnings = about(shop, 'warn')
    expect(warnings.map(([, , details]) => details)).toMatchObject([
      { route: '*', reason: 'set-cookie', culprit: 'sid' },
      { route: '*', reason: 'set-cookie', culprit: 'theme' },
    ])
    expect(warnings[0]?.[1]).toContain('cannot be shared (set-cookie)')
  })

  test('that a refresh failed, but not that a visitor was told so', async () => {
    const shop = openShop()
    await shop.render('/cold', html('down', {}, 500))
    expect(about(shop, 'error')).toEqual([])
    await shop.render('/a', '<p>')
    shop.clock.advance(61_000)
    await shop.render('/a', html('down', {}, 500))
    await shop.clock.advanceAsync(1)
    const details = { route: '*', url: `${ORIGIN}/a`, error: 'status-500' }
    expect(about(shop, 'error')).toEqual([['error', 'a refresh failed; what is kept stays', details]])
  })

  test('that a render broke off or never ended, with its route, once for a crowd, and not what the app answers or throws itself', async () => {
    const shop = openShop({ routes: [{ match: '/slow/*rest' }] })
    const crowd = [shop.get('/slow/page'), shop.get('/slow/page')]
    await shop.clock.advanceAsync(60_000)
    await Promise.all(crowd)
    await shop.render('/half', html('half', { 'content-length': '400' }))
    await expect(shop.render('/none', undefined as never)).rejects.toThrow(/ERR_SSR_CACHE_RENDER/)
    await shop.render('/down', html('down', {}, 503))
    const broken = new Error('boom')
    await expect(shop.render('/broken', Promise.reject(broken) as never)).rejects.toThrow(broken)
    expect(about(shop, 'error')).toMatchObject(
      [
        { route: '/slow/*rest', url: `${ORIGIN}/slow/page`, error: { code: 'ERR_SSR_CACHE_DEADLINE' } },
        { route: '*', url: `${ORIGIN}/half`, error: 'cut-off' },
        { route: '*', url: `${ORIGIN}/none`, error: { code: 'ERR_SSR_CACHE_RENDER' } },
      ].map((details) => ['error', 'the app failed to answer', details]),
    )
  })

  test('what a store cannot do, once in an outage, whatever is asked of it, and again after a minute without (I6)', async () => {
    const clock = fakeClock()
    const down = { kind: 'reject' } as const
    const store = faultyStore(memoryStore({ clock }), { faults: { get: down, set: down, take: down } })
    const shop = openShop({ clock, store, storeTimeoutMs: 100 })
    const said = (count: number) =>
      expect(about(shop, 'error').filter(([, message]) => message.startsWith('the store failed'))).toEqual(
        Array(count).fill([
          'error',
          'the store failed; requests go on without it',
          { operation: 'get', error: expect.any(Error) },
        ]),
      )
    for (const path of ['/a', '/b', '/c']) {
      await shop.render(path, '<p>')
      await settled()
      clock.advance(59_999)
    }
    said(1)
    clock.advance(1)
    await shop.render('/d', '<p>')
    said(2)
  })

  test('that it does not answer in time, once for all of its limits; and anew when it has answered again', async () => {
    const clock = fakeClock()
    const hang = { kind: 'hang' } as const
    const shop = openNode({}, clock)
    const outage = async () => {
      Object.assign(shop.store.faults, { get: hang, set: hang, take: hang, renew: hang, release: hang })
      for (let i = 0; i < 6; i++) {
        const page = shop.render(`/${i}`, '<p>')
        await clock.advanceAsync(50)
        await page
      }
      await clock.advanceAsync(2_000)
    }
    await outage()
    Object.assign(shop.store.faults, LATER)
    await shop.render('/back', '<p>')
    await outage()
    const told = shop.logged
      .map(([, message]) => message)
      .filter((message) => /^the store (failed|answers)/.test(message))
    const failed = 'the store failed; requests go on without it'
    expect(told).toEqual([failed, 'the store answers again', failed])
  })

  test('which lane of the queue is full, once until it has had room for five seconds (O1)', () => {
    const shop = openShop()
    const is = (lane: 'visitor' | 'crawler', state: 'begun' | 'over') =>
      shop.cache.events.emit('overload', { lane, state })
    const lines = () =>
      shop.logged
        .filter(([, message]) => message.startsWith('overload'))
        .map(([level, , details]) => [level, details] as const)
    is('visitor', 'begun')
    is('crawler', 'begun')
    const begun = [
      ['warn', { lane: 'visitor' }],
      ['warn', { lane: 'crawler' }],
    ]
    expect(lines()).toEqual(begun)
    is('visitor', 'over')
    shop.clock.advance(4_999)
    is('visitor', 'begun')
    shop.clock.advance(60_000)
    expect(lines()).toEqual(begun)
    is('visitor', 'over')
    shop.clock.advance(5_000)
    is('visitor', 'begun')
    expect(lines().slice(2)).toEqual([
      ['info', { lane: 'visitor' }],
      ['warn', { lane: 'visitor' }],
    ])
    const timers = shop.clock.pending
    is('visitor', 'over')
    shop.clock.advance(5_000)
    expect(shop.clock.pending).toBe(timers)
  })

  test('which calls a store is spared, and that they are made again, once each', () => {
    const shop = openShop()
    for (const state of ['half-open', 'open', 'half-open', 'open', 'closed', 'closed'] as const)
      shop.cache.events.emit('store-state', { operation: 'get', state })
    expect(about(shop, 'error').map(([, , details]) => details)).toEqual([{ operation: 'get' }])
    const again = shop.logged.filter(([, message]) => message === 'the store answers again')
    expect(again.map(([level, , details]) => [level, details])).toEqual([['info', { operation: 'get' }]])
  })

  test('of a store that says something new each time, twenty failures and no more (I7)', () => {
    const shop = openShop()
    for (let i = 0; i < 25; i++)
      shop.cache.events.emit('store-error', { operation: 'get', error: new Error(`no such slot: ${i}`) })
    expect(about(shop, 'error')).toHaveLength(20)
  })
})
