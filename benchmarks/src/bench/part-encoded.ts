import { createRenderCache, memoryStore, type RenderCache, type VisitorRequest } from '@ssr-cache/core'
import { measureApps } from './app-contest.ts'
import { type Contender, type Effort, measure } from './contest.ts'
import type { Part } from './part.ts'
import { concatenated, held, lineOf } from './part-memory.ts'
import { repeatedCall } from './repeated-call.ts'
import type { TableSamples } from './samples.ts'
import { goingRound, HOST, HOT_PATH, targetOf, warmCache } from './shop.ts'
import { navigation } from './visitors.ts'

const KB = 1024
const MOST_KB = 6

/** Pages that are kept and sent encoded. */
export const encodedPart: Part = {
  name: 'encoded',
  about: 'hits in gzip beside a stored gzip buffer, and what pages take with their encoded forms',
  async measure(effort) {
    return [await throughExpress(effort), await inProcess(effort), await memoryOfForms(effort)]
  },
}

function throughExpress(effort: Effort): Promise<TableSamples> {
  const contest = {
    title: 'Express: hit of a 30 KB page in gzip',
    note: 'As the hit of a 30 KB page, by visitors who accept gzip. The baseline sends a constant buffer that was gzipped once; compression encodes the page at each answer, as it comes; above expressCache it lets it be.',
    path: () => HOT_PATH,
    headers: { 'accept-encoding': 'gzip' },
    baseline: { name: 'res.writeHead and res.end(gzip buffer)', app: 'res.end(gzip buffer)' },
    contenders: [
      {
        name: 'expressCache, hit',
        app: 'expressCache, hit',
        bar: { name: 'Express hit of a 30 KB page in gzip', most: 1.1 },
      },
      { name: 'compression above expressCache, hit', app: 'compression, expressCache, hit' },
      { name: 'compression, res.send(string)', app: 'compression, res.send(string)' },
    ],
  } as const
  return measureApps(contest, effort)
}

/** The same page with and without an encoding, without a server around it. */
async function inProcess(effort: Effort): Promise<TableSamples> {
  const cache = await warmCache()
  const asked = (request: VisitorRequest): VisitorRequest => request
  const plain = ({ headers, ...request }: VisitorRequest): VisitorRequest => {
    const { 'accept-encoding': _, ...others } = headers
    return { ...request, headers: others }
  }
  await encodeAll(cache, asked)
  const baseline = await answered('plan and answer, no Accept-Encoding', cache, plain, effort)
  const contenders = [await answered('plan and answer, gzip, deflate, br, zstd', cache, asked, effort)]
  const note = 'What an adapter does at a hit: cache.plan(request), then .answer(render); a hundred pages in turn.'
  return measure({ title: 'Hit from a request, encoded or not', note, baseline, contenders }, effort)
}

type Shape = (request: VisitorRequest) => VisitorRequest

async function encodeAll(cache: RenderCache, shape: Shape): Promise<void> {
  const next = goingRound()
  for (let id = next(); ; id = next()) {
    await answer(cache, shape(navigation(targetOf(id))))
    if (id === 99) break
  }
  while (cache.stats().background > 0) await new Promise((resolve) => setImmediate(resolve))
}

function answered(name: string, cache: RenderCache, shape: Shape, { roundMs }: Effort): Promise<Contender> {
  const next = goingRound()
  const input = (): VisitorRequest => shape(navigation(targetOf(next())))
  return repeatedCall({ name, input, call: (request) => answer(cache, request) }, roundMs)
}

/** A benchmark of hits that misses measures something else. */
function answer(cache: RenderCache, request: VisitorRequest) {
  const plan = cache.plan(request)
  if (plan.kind !== 'shared') throw new Error(`expected a hit, got a ${plan.kind}`)
  return plan.answer(() => {
    throw new Error('expected a hit, got a miss')
  })
}

/** As many pages as the other tables of memory hold, each of them encoded before it is looked at. */
async function memoryOfForms({ pages }: Effort): Promise<TableSamples> {
  const smallest = await encodedPages(pages, 'smallest')
  const all = await encodedPages(pages, 'all')
  const lines = [
    lineOf('memoryStore, smallest form only: its own count', smallest.countedKb, {
      name: 'memory of the smallest form, counted',
      most: MOST_KB,
    }),
    lineOf('memoryStore, smallest form only: heap and buffers', smallest.liveKb, {
      name: 'memory of the smallest form, held',
      most: MOST_KB,
    }),
    lineOf('memoryStore, page, gzip, br and zstd: its own count', all.countedKb),
    lineOf('memoryStore, page, gzip, br and zstd: heap and buffers', all.liveKb),
  ]
  const note =
    'KB (of 1,024 bytes) a page of 30, a list of numbered items. Unless told otherwise, the cache keeps the page and each form that somebody has asked for, here all of them; `encoding.keep: smallest` keeps the smallest alone. Most pages do not shrink as much as such a list.'
  return { title: '10,000 pages of 30 KB and their encoded forms', note, unit: 'KB a page', lines }
}

async function encodedPages(pages: number, keep: 'all' | 'smallest') {
  const { holder, liveKb } = await held(pages, async () => {
    const store = memoryStore({ maxBytes: pages * 64 * KB })
    const cache = createRenderCache({ store, hosts: [HOST], maxAge: 86_400, encoding: { keep } })
    const fields = { 'content-type': 'text/html; charset=utf-8' }
    for (let id = 0; id < pages; id++) {
      for (const encoding of ['gzip', 'br', 'zstd']) {
        const request = { url: `https://${HOST}${targetOf(id)}`, headers: { 'accept-encoding': encoding } }
        await cache.handle(request, () => ({ headers: fields, body: concatenated(id) }))
        while (cache.stats().background > 0) await new Promise((resolve) => setImmediate(resolve))
      }
    }
    if (store.size !== pages) throw new Error(`expected all ${pages} pages to be kept, got ${store.size}.`)
    return { store, cache }
  })
  return { countedKb: holder.store.bytes / pages / KB, liveKb }
}
