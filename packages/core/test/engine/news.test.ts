import { memoryStore, type Store } from '@ssr-cache/core'
import { fakeClock } from '@ssr-cache/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { Keeper } from '../../src/engine/kept.ts'
import { News } from '../../src/engine/news.ts'
import { TimeLimit } from '../../src/engine/time-limit.ts'
import type { Mark } from '../../src/store/entry.ts'
import { localLog } from '../../src/store/local-log.ts'
import type { LogTail, StoreKey, Target } from '../../src/store/store.ts'
import { samplePage } from '../../src/testing/sample-values.ts'
import { openShop, type Shop } from './harness.ts'

type Log = NonNullable<Store['log']>
type Tell = Parameters<Log['follow']>[0]

/** A cache on a log that other processes write to as well, which tells of their records when the test says so. */
function openBeside(read: (log: Log) => Log['read'] = (log) => log.read): Shop & { log: Log; tell: Tell } {
  const clock = fakeClock()
  const { capabilities, lease, log, ...inner } = bound(memoryStore({ clock }))
  let tell: Tell = () => {}
  const followed: Log = {
    ...log,
    read: (since) => read(log)(since),
    follow(on) {
      tell = on
      return () => {}
    },
  }
  const shop = openShop({ clock, store: { capabilities, lease, log: followed, ...inner } })
  return { ...shop, log, tell: (news) => tell(news) }
}

function bound(store: ReturnType<typeof memoryStore>) {
  const { capabilities, lease, log } = store
  return {
    capabilities,
    lease,
    log: { append: log.append.bind(log), read: log.read.bind(log), follow: log.follow.bind(log) } as Log,
    get: store.get.bind(store),
    set: store.set.bind(store),
    delete: store.delete.bind(store),
  }
}

describe('news of what others have invalidated (I2, V7)', () => {
  test('makes a page stale as soon as it is told', async () => {
    const { log, tell, render, renders, body } = openBeside()
    await render('/a', 'old')
    const since = { epoch: '', position: -1 }
    await log.append([{ kind: 'url', url: '/a' }], { hard: false, settleMs: 0 })
    tell(await log.read(since))
    expect(await body('/a')).toBe('old')
    expect(renders.count).toBe(1)
  })

  test('comes along with a read, though nobody tells it', async () => {
    const { log, render, renders, body } = openBeside()
    await render('/a', 'old')
    for (let i = 0; i < 3; i++) expect(await body('/a')).toBe('old')
    expect(renders.count).toBe(0)
    await log.append([{ kind: 'url', url: '/a' }], { hard: false, settleMs: 0 })
    expect(await body('/a')).toBe('old')
    expect(renders.count).toBe(1)
  })

  test('after a cut is read again, and pages count again', async () => {
    const { tell, render, renders, body } = openBeside()
    await render('/a', 'kept')
    tell('cut')
    expect(await body('/a')).toBe('kept')
    expect(renders.count).toBe(0)
  })

  test.each<[string, () => never | Promise<never>]>([
    [
      'throws',
      () => {
        throw new Error('gone')
      },
    ],
    ['rejects', () => Promise.reject(new Error('gone'))],
  ])('that cannot be read, since the log %s, is told as the store’s failure (I6, I12)', async (_, fail) => {
    let broken = false
    const shop = openBeside((log) => (since) => (broken ? fail() : log.read(since)))
    broken = true
    shop.tell('cut')
    await Promise.resolve()
    await Promise.resolve()
    expect(shop.told).toContainEqual(['store-error', expect.objectContaining({ operation: 'log' })])
  })
})

const SOFT = { hard: false, settleMs: 0 }
const MENU: readonly Target[] = [{ kind: 'tag', tag: 'menu' }]

/** News of a log, with what it calls failed. */
function openNews(log: Log) {
  const failed = vi.fn<(error: unknown) => void>()
  return { news: new News(log, { clock: fakeClock(), limit: new TimeLimit(fakeClock(), 50), failed }), failed }
}

/** A log that tells nobody: who asks is answered. */
function silent(log: Log, more: Partial<Log> = {}): Log {
  return {
    append: (targets, o) => log.append(targets, o),
    read: (since) => log.read(since),
    follow: () => () => {},
    ...more,
  }
}

describe('what this process knows of the log', () => {
  test('is all that was written before it began, and no failure (I2)', async () => {
    const log = localLog({ clock: fakeClock() })
    const at = await log.append(MENU, SOFT)
    const { news, failed } = openNews(silent(log))
    expect(news.index.head).toEqual(at)
    expect(failed).not.toHaveBeenCalled()
  })

  test('holds what it has written itself, though nobody tells it, of whichever epoch', async () => {
    const clock = fakeClock()
    let log = localLog({ clock })
    await log.append(MENU, SOFT)
    const { news } = openNews(
      silent(log, { append: (targets, o) => log.append(targets, o), read: (since) => log.read(since) }),
    )
    const first = await news.append(MENU, SOFT)
    expect(news.index.head).toEqual(first)
    // The log has begun again, at a lower position.
    log = localLog({ clock })
    const again = await news.append(MENU, SOFT)
    expect(news.index.head).toEqual(again)
  })

  test.each([
    [true, 'purge'],
    [false, 'invalidate'],
  ])('where the log fails it says of what (hard: %s), and to call again', async (hard, what) => {
    const log = silent(localLog({ clock: fakeClock() }), { append: () => Promise.reject(new Error('gone')) })
    const append = openNews(log).news.append(MENU, { hard, settleMs: 0 })
    await expect(append).rejects.toThrow(
      `${what} must reach the invalidation log, and the log does not say that it did.`,
    )
    await expect(append).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_STORE', cause: { message: 'gone' } })
  })

  test('is followed until it is closed (I13)', () => {
    const unfollow = vi.fn()
    openNews(silent(localLog({ clock: fakeClock() }), { follow: () => unfollow })).news.close()
    expect(unfollow).toHaveBeenCalledOnce()
  })
})

describe('which record hit a page first while it was rendered (I2, C6)', () => {
  const since = { epoch: 'now', position: 5 }
  const record = (position: number, ...targets: readonly Target[]) => ({ position, targets, ...SOFT, at: 0 })
  const tail = (records: LogTail['records'], epoch = 'now'): LogTail => ({
    head: { epoch, position: 9 },
    records,
    lowWater: -1,
    purgeLowWater: -1,
  })
  const other: Target = { kind: 'tag', tag: 'other' }

  test.each<[string, LogTail, number]>([
    ['the first that names it', tail([record(6, other), record(7, ...MENU), record(8, ...MENU)]), 7],
    ['one that names it among others', tail([record(6, other), record(8, other, ...MENU)]), 8],
    ['none that is as old as the render', tail([record(5, ...MENU), record(8, ...MENU)]), 8],
    ['from the beginning, where none names it', tail([record(6, other)]), 5],
    ['from the beginning, where there are too many', tail('too-many'), 5],
    ['from the beginning, where the log began again', tail([record(8, ...MENU)], 'later'), 5],
  ])('%s', async (_, read, position) => {
    const log = silent(localLog({ clock: fakeClock() }))
    const { news, failed } = openNews({ ...log, read: (from) => (from.position === 5 ? read : log.read(from)) })
    expect(await news.firstHit('https://shop.example/a', ['menu'], since)).toBe(position)
    expect(failed).not.toHaveBeenCalled()
  })
})

describe('a mark', () => {
  const mark = { kind: 'mark', reason: 'set-cookie', storedAt: 1_000, deleteAt: 2_000 } as Mark // all that is looked at
  const key = { id: 'id', full: '', url: 'https://shop.example/a', variant: '' } as StoreKey

  test.each([
    [999, 'none'],
    [1_000, 'marked'],
    [1_999, 'marked'],
    [2_000, 'none'],
  ])('at %d: %s; one from the future is over, as is an old one', (now, state) => {
    const keeper = new Keeper(openNews(localLog({ clock: fakeClock() })).news, 10_000)
    const kept = keeper.look(key, { value: mark, revision: 'r1' }, now)
    expect(kept).toMatchObject({ state, view: undefined, revision: 'r1' })
    expect(kept.reason).toBe(state === 'marked' ? 'set-cookie' : undefined)
  })
})

describe('a page from a node whose clock is ahead, in a store that makes a new object of each read (S8, X7)', () => {
  const key = { id: 'id', full: '', url: 'https://shop.example/a', variant: '' } as StoreKey
  const AHEAD = 300_000

  test.each([
    ['fresh at first sight', 0, 'fresh'],
    ['stale at the end of its lifetime', 60_000, 'stale'],
    ['stale still when the clock has come to where it was from', AHEAD, 'stale'],
    ['expired at the end of its windows', 660_000, 'expired'],
  ] as const)('is %s', (_, after, state) => {
    const clock = fakeClock()
    const { news } = openNews(localLog({ clock }))
    const keeper = new Keeper(news, 10_000)
    const now = clock.now()
    const page = samplePage(now + AHEAD, news.index.head)
    const look = (at: number) => keeper.look(key, { value: { ...page }, revision: 'r1' }, at)
    expect(look(now).state).toBe('fresh')
    expect(look(now + after).state).toBe(state)
    // The next page of this key is another.
    const next = samplePage(now + after + AHEAD, news.index.head)
    expect(keeper.look(key, { value: next, revision: 'r2' }, now + after).state).toBe('fresh')
  })
})
