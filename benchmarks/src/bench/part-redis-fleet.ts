import { createRenderCache, pageContext, type RenderCache } from '@ssr-cache/core'
import { redisStore } from '@ssr-cache/redis-adapter'
import { Redis } from 'ioredis'
import { Fleet, PATIENT_MS } from '../../../test-utils/fleet/fleet.ts'
import { startFaultProxy } from '../../../test-utils/redis/fault-proxy.ts'
import { type RedisServer, startRedis } from '../../../test-utils/redis/server.ts'
import { until } from '../../../test-utils/redis/until.ts'
import { grouped } from '../command-line/figures.ts'
import type { Effort } from './contest.ts'
import type { Part } from './part.ts'
import type { LineSamples, TableSamples } from './samples.ts'
import { HOST } from './shop.ts'

const NODES = 4
const VISITORS = 200
const RENDER_MS = 100
/** Of the pages that are held where memory is looked at: 50,000. */
const TAGGED_SHARE = 5
const MOST_MS = 100
const FIRST_PAGES = 3

/** What a fleet does with a cold page, with a tag of many pages, and without its Redis. */
export const redisFleetPart: Part = {
  name: 'redis-fleet',
  about: `renders of a cold page by ${NODES} processes, round trips of an invalidation, a first page without Redis`,
  async measure(effort) {
    await using redis = await startRedis()
    return [await coldPages(redis, effort), await roundTrips(redis, effort), await withoutRedis(redis, effort)]
  },
}

async function coldPages({ url }: RedisServer, { rounds }: Effort): Promise<TableSamples> {
  await using fleet = await Fleet.together(
    Array.from({ length: NODES }, () => ({ url, cache: { storeTimeoutMs: PATIENT_MS } })),
  )
  fleet.renderMs = RENDER_MS
  const renders: number[] = []
  const tookMs: number[] = []
  for (let page = 0; page < rounds; page++) {
    const startedAt = performance.now()
    await fleet.crowd(`/cold/${page}`, VISITORS)
    tookMs.push(performance.now() - startedAt)
    renders.push(fleet.of(`/cold/${page}`).length)
  }
  const bar = { name: `renders of a cold page, ${NODES} processes, ${VISITORS} requests`, most: 1 }
  const lines = [{ name: 'cache.node on redisStore', figures: { 'crowd ms': tookMs }, ratios: renders, bar }]
  const note = `${VISITORS} requests at once, round robin, for a page that nobody has and that takes ${RENDER_MS} ms; each time another.`
  return { title: `A cold page and ${NODES} processes`, note, unit: 'renders', lines }
}

/** Pages on one tag, and what a call of `invalidate` makes the client send. */
async function roundTrips({ port }: RedisServer, { rounds, pages }: Effort): Promise<TableSamples> {
  const tagged = TAGGED_SHARE * pages
  const client = new Redis(port, { enableAutoPipelining: true })
  const cache = createRenderCache({
    store: redisStore({ client }),
    hosts: [HOST],
    maxAge: 86_400,
    storeTimeoutMs: 10_000,
  })
  try {
    await fill(cache, tagged)
    // Written behind the answers.
    await until('all pages are written', () => cache.stats().background === 0)
    const trips: number[] = []
    const tookMs: number[] = []
    for (let round = 0; round < rounds; round++) {
      const startedAt = performance.now()
      trips.push(await sentDuring(client, () => cache.invalidate({ tags: ['many'] })))
      tookMs.push(performance.now() - startedAt)
    }
    const bar = { name: 'round trips of a tag on 50,000 pages', most: 1 }
    const lines = [{ name: 'cache.invalidate({ tags })', figures: { ms: tookMs }, ratios: trips, bar }]
    const note = `${grouped(tagged)} pages of one tag in Redis. Each command that the call sends counts as a round trip.`
    return { title: 'A tag on 50,000 pages', note, unit: 'round trips', lines }
  } finally {
    await cache.close()
    client.disconnect()
  }
}

async function fill(cache: RenderCache, tagged: number): Promise<void> {
  let left = tagged
  const visitor = async (): Promise<void> => {
    while (left-- > 0) await cache.handle({ url: `https://${HOST}/tagged/${left}` }, taggedPage)
  }
  await Promise.all(Array.from({ length: 64 }, visitor))
}

function taggedPage(): Response {
  pageContext()?.tag('many')
  return new Response('<!doctype html><p>one of many', { headers: { 'content-type': 'text/html' } })
}

/** Commands that a client sends until the call is done, but for those that timers send. */
async function sentDuring(client: Redis, call: () => Promise<void>): Promise<number> {
  let sent = 0
  const { sendCommand } = client
  client.sendCommand = (command, ...more) => {
    if (command.name !== 'ping') sent++
    return sendCommand.call(client, command, ...more)
  }
  await call()
  client.sendCommand = sendCommand
  return sent
}

const SITUATIONS = ['refuses', 'hangs'] as const

/** The first page of a process that was just started. */
async function withoutRedis(redis: RedisServer, { rounds }: Effort): Promise<TableSamples> {
  await using proxy = await startFaultProxy(redis)
  const lines: LineSamples[] = []
  for (const situation of SITUATIONS) {
    proxy.mode = situation === 'hangs' ? 'hang' : 'refuse'
    const overMs: number[] = []
    for (let round = 0; round < Math.min(rounds, FIRST_PAGES); round++) overMs.push(await firstPage(proxy.port))
    const bar = { name: `first page where Redis ${situation}, ms over the render`, most: MOST_MS }
    lines.push({ name: `Redis ${situation}`, figures: {}, ratios: overMs, bar })
  }
  const note = `What the first page of a new process takes longer than its render of ${RENDER_MS} ms; its time budget for the store is 50 ms.`
  return { title: 'A first page without Redis', note, unit: 'ms over the render', lines }
}

async function firstPage(port: number): Promise<number> {
  await using fleet = await Fleet.start([{ url: `redis://127.0.0.1:${port}` }])
  fleet.renderMs = RENDER_MS
  const { tookMs, status } = await fleet.node(0).visit('/first')
  if (status !== 200) throw new Error(`expected the first page, got ${status}`)
  return tookMs - RENDER_MS
}
