import type { RenderCache } from '@ssr-cache/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { redisIsMissing } from '../../../test-utils/redis/program.ts'
import { type RedisServer, startRedis } from '../../../test-utils/redis/server.ts'
import { until } from '../../../test-utils/redis/until.ts'
import { cacheOfTheFleet } from '../src/redis.ts'

const where = redisIsMissing ? ' (skipped: there is no Redis on this machine)' : ''

describe.skipIf(redisIsMissing)(`caches that share one Redis${where}`, () => {
  let redis: RedisServer
  let nodes: readonly RenderCache[]
  let renders = 0
  beforeAll(async () => {
    redis = await startRedis()
    // A machine that runs tests answers late.
    nodes = [1, 2, 3].map(() => cacheOfTheFleet(redis.url, 5_000))
    // Until each of them has its connection.
    await until('a page that all of them serve', async () => new Set(await everywhere('/ready')).size === 1)
  })
  afterAll(async () => {
    await Promise.all((nodes ?? []).map((node) => node.close()))
    await redis?.[Symbol.asyncDispose]()
  })

  const visit = async (node: RenderCache, path: string) => {
    const page = await node.handle(new Request(`https://shop.example${path}`), async () => {
      await new Promise((resolve) => setImmediate(resolve))
      return new Response(`render ${++renders}`, { headers: { 'content-type': 'text/html' } })
    })
    return page.text()
  }
  const everywhere = (path: string) => Promise.all(nodes.map((node) => visit(node, path)))

  test('render a page once, whoever is asked (X1, I1, R5)', async () => {
    const before = renders
    const crowd = await Promise.all(Array.from({ length: 10 }, () => everywhere('/movies/42')))
    expect(new Set(crowd.flat()).size).toBe(1)
    expect(renders).toBe(before + 1)
  })

  test('show a purge in all of them from the next visit on (V5, X5, I2, R41)', async () => {
    const [old] = await everywhere('/movies/7')
    await nodes[0]!.purge({ urls: ['/movies/7'] })
    // A process whose memory holds the page hears of it by message, within milliseconds.
    await until('the new page everywhere', async () => !(await everywhere('/movies/7')).includes(old!))
    expect(new Set(await everywhere('/movies/7')).size).toBe(1)
  })

  test('share what a cold page is made from (R74)', async () => {
    let loads = 0
    const load = async () => ({ films: ++loads })
    const menus = await Promise.all(nodes.map((node) => node.value('menu', { maxAge: 60 }, load)))
    expect(menus).toEqual([{ films: 1 }, { films: 1 }, { films: 1 }])
  })
})
