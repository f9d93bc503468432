import { memoryStore, type Page, type RenderCacheOptions, type Store } from '@ssr-cache/core'
import { type FakeClock, fakeClock } from '@ssr-cache/core/testing'
import { describe, expect, test } from 'vitest'
import type { LogTail } from '../../src/store/store.ts'
import { cacheStatus, html, openShop, request, type Shop, settled, sharedMaxAge } from './harness.ts'

const GRACE_MS = 10_000
const EVERYTHING = { epoch: '', position: -1 }
const A = [{ kind: 'url', url: '/a' }] as const
const SOFT = { hard: false, settleMs: 0 }

interface Line {
  readonly shop: Shop
  readonly clock: FakeClock
  /** Others' word to the log. */
  readonly log: NonNullable<Store['log']>
  /** Whether reads bring the log's word along. */
  isUnread: boolean
  /** Whether what is read lies in this process, the rest of the store being gone. */
  isNear: boolean
  /** Whether the log can be read. */
  isSilent: boolean
  cut(): void
  /** The log is followed again, from where this process knows it. */
  reconnect(): void
}

/** A cache on a store that others write to as well, and that can lose touch with its log. */
function openLine(options: RenderCacheOptions = {}): Line {
  const clock = fakeClock()
  const memory = memoryStore({ clock })
  let on: (news: LogTail | 'cut') => void = () => {}
  const line = { isUnread: false, isNear: true, isSilent: false }
  const log: Store['log'] = {
    append: (targets, o) => memory.log.append(targets, o),
    read: (since) => (line.isSilent ? Promise.reject(new Error('the log is gone')) : memory.log.read(since)),
    follow(tell) {
      on = tell
      return () => {}
    },
  }
  const store: Store = {
    capabilities: memory.capabilities,
    lease: memory.lease,
    log,
    get: (key, o) =>
      line.isUnread
        ? { ...memory.get(key, { ...o, since: memory.log.head }), tail: 'unread', isNear: line.isNear }
        : memory.get(key, o),
    set: (key, value, o) => memory.set(key, value, o),
    delete: (key, o) => memory.delete(key, o),
  }
  const shop = openShop({ clock, store, maxAge: 60, staleWhileRevalidate: 0, staleIfError: 0, ...options })
  return Object.assign(line, {
    shop,
    clock,
    log: memory.log,
    cut: () => on('cut'),
    reconnect: () => on(memory.log.read(EVERYTHING)),
  })
}

/** The same, cut off: neither does anybody tell of records, nor can they be read. */
async function cutOff(options?: RenderCacheOptions): Promise<Line> {
  const line = openLine(options)
  await line.shop.render('/a', 'old')
  line.clock.advance(5_000)
  cutLine(line)
  await settled()
  return line
}

function cutLine(line: Line): void {
  line.isUnread = true
  line.isSilent = true
  line.cut()
}

describe('a page whose read did not bring the log’s word', () => {
  test('is served as stale, with the grace and no more, and is not rendered for that alone (I2)', async () => {
    const line = openLine()
    await line.shop.render('/a', 'kept')
    line.isUnread = true
    const page = await line.shop.get('/a')
    expect(await page.text()).toBe('kept')
    expect([cacheStatus(page)['detail'], sharedMaxAge(page)]).toEqual(['stale', 10])
    await settled()
    expect(line.shop.renders.count).toBe(0)
    line.isUnread = false
    expect(cacheStatus(await line.shop.get('/a'))).toEqual({ hit: true, ttl: 60 })
  })

  test('is rendered as ever once its own time is over', async () => {
    const line = openLine({ staleWhileRevalidate: 60 })
    await line.shop.render('/a', 'kept')
    line.isUnread = true
    line.clock.advance(60_000)
    expect(await line.shop.body('/a')).toBe('kept')
    await settled()
    expect(line.shop.renders.count).toBe(1)
  })
})

describe('a process that nobody tells of invalidations any more (I2, X5)', () => {
  test('serves what is older than the cut at once, whatever its stale window, while one render runs', async () => {
    const { shop } = await cutOff()
    for (let visit = 0; visit < 3; visit++) {
      const page = await shop.get('/a')
      expect(await page.text()).toBe('old')
      expect(sharedMaxAge(page)).toBe(10)
      await settled()
    }
    expect(shop.renders.count).toBe(1)
  })

  test('takes what was rendered since for fresh during the grace, and renders it once in each', async () => {
    const { shop, clock } = await cutOff()
    for (let grace = 1; grace <= 3; grace++) {
      await shop.get('/a')
      await settled()
      expect(shop.renders.count).toBe(grace)
      await shop.renders.last.answers(`new ${grace}`)
      for (const ms of [0, GRACE_MS - 1]) {
        clock.advance(ms)
        const page = await shop.get('/a')
        expect(await page.text()).toBe(`new ${grace}`)
        expect(cacheStatus(page)['detail']).toBeUndefined()
        expect(sharedMaxAge(page)).toBeLessThanOrEqual(10)
        expect(cacheStatus(page)['ttl']).toBeLessThanOrEqual(10)
      }
      clock.advance(1)
    }
    expect(shop.renders.count).toBe(3)
  })

  test('is never given as fresh what the shared store gave without its log’s word, and renders it no more often', async () => {
    const line = await cutOff()
    line.isNear = false
    await line.shop.get('/a')
    await settled()
    await line.shop.renders.last.answers('new')
    for (const ms of [0, GRACE_MS - 1]) {
      line.clock.advance(ms)
      expect(cacheStatus(await line.shop.get('/a'))['detail']).toBe('stale')
    }
    expect(line.shop.renders.count).toBe(1)
    line.clock.advance(1)
    expect(cacheStatus(await line.shop.get('/a'))['detail']).toBe('refreshing')
  })

  test('serves nothing past its end', async () => {
    const { shop, clock } = await cutOff()
    clock.advance(54_999)
    expect(await shop.body('/a')).toBe('old')
    await settled()
    await shop.renders.last.throws(new Error('down'))
    clock.advance(1)
    void shop.get('/a')
    await settled()
    expect(shop.renders.count).toBe(2)
  })

  test('holds to the window of a page that its own time made stale', async () => {
    const { shop, clock } = await cutOff({ staleIfError: 600 })
    clock.advance(55_000)
    const page = shop.get('/a')
    await settled()
    await shop.renders.last.answers('new')
    expect(await (await page).text()).toBe('new')
  })

  test('loads a value that is older than the cut anew before it is part of a page', async () => {
    const line = openLine({ staleWhileRevalidate: 600 })
    let loads = 0
    const menu = (): Promise<string> => line.shop.cache.value('menu', { maxAge: 600 }, () => `menu ${++loads}`)
    const page = (path: string): Promise<Page> => line.shop.cache.handle(request(path), async () => html(await menu()))
    await menu()
    line.clock.advance(1)
    cutLine(line)
    await settled()
    expect(await (await page('/b')).text()).toBe('menu 2')
    expect(await (await page('/c')).text()).toBe('menu 2')
  })

  test('knows again what is fresh as soon as it is told, and what was invalidated meanwhile', async () => {
    const line = await cutOff({ staleWhileRevalidate: 600 })
    await line.shop.render('/b', 'other')
    await line.log.append(A, SOFT)
    line.isUnread = false
    line.isSilent = false
    line.reconnect()
    expect(cacheStatus(await line.shop.get('/b'))).toEqual({ hit: true, ttl: 60 })
    expect(cacheStatus(await line.shop.get('/a'))['detail']).toBe('refreshing')
    await settled()
    expect(line.shop.renders.count).toBe(1)
  })

  test('notices nothing of it where each read brings the log’s word along', async () => {
    const line = openLine({ staleWhileRevalidate: 600 })
    await line.shop.render('/a', 'kept')
    line.isSilent = true
    line.cut()
    await settled()
    expect(cacheStatus(await line.shop.get('/a'))).toEqual({ hit: true, ttl: 60 })
    await line.log.append(A, SOFT)
    expect(cacheStatus(await line.shop.get('/a'))['detail']).toBe('refreshing')
  })

  test('counts from now where its clock was set back to before the cut', async () => {
    const { shop, clock } = await cutOff({ maxAge: 600 })
    clock.jump(-3_600_000)
    await shop.get('/a')
    await settled()
    clock.advance(GRACE_MS)
    await shop.get('/a')
    await settled()
    await shop.renders.last.answers('new')
    expect(cacheStatus(await shop.get('/a'))['detail']).toBeUndefined()
  })
})
