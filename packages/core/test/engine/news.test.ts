import { memoryStore, type Store } from '@ssr-cache/core'
import { fakeClock } from '@ssr-cache/core/testing'
import { describe, expect, test } from 'vitest'
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
