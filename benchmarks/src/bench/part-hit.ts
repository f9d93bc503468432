import type { RenderCache, StoreKey } from '@ssr-cache/core'
import { type Contender, type Effort, measure } from './contest.ts'
import type { Part } from './part.ts'
import { type KeptPage, PEERS } from './peers.ts'
import { repeatedCall } from './repeated-call.ts'
import { goingRound, HOST, HOT_PAGES, PAGE, targetOf, warmCache } from './shop.ts'
import { navigation, someCookies } from './visitors.ts'

/** Hits of a hundred pages in turn: by a ready key, and from a request. */
export const hitPart: Part = {
  name: 'hit',
  about: 'hits by a ready key and from a request, beside a Map and other caches',
  async measure(effort) {
    return [await measureByKey(effort), await measureByRequest(effort)]
  },
}

const KEYS = Array.from({ length: HOT_PAGES }, (_, id) => `https://${HOST}${targetOf(id)}`)

/** The keys in turn. They are at hand, as keys that a caller keeps are. */
function readyKeys(): () => string {
  const next = goingRound()
  return () => KEYS[next()] as string // as many as there are pages
}

/** `async () => map.get(key)`: what a hit costs at least, if it may be a promise. */
function mapBaseline(roundMs: number): Promise<Contender> {
  const pages = new Map<string, KeptPage>(KEYS.map((key) => [key, { status: 200, body: PAGE }]))
  const call = async (key: string) => pages.get(key)
  return repeatedCall({ name: 'async () => map.get(key)', input: readyKeys(), call }, roundMs)
}

async function measureByKey(effort: Effort) {
  const { roundMs } = effort
  const baseline = await mapBaseline(roundMs)
  const cache = await warmCache()
  const contenders = [await lookup(cache, roundMs)]
  for (const peer of PEERS) {
    const read = peer.make(async () => ({ status: 200, body: PAGE }))
    for (const key of KEYS) await read(key)
    contenders.push(await repeatedCall({ name: peer.name, input: readyKeys(), call: read }, roundMs))
  }
  const note = `${HOT_PAGES} pages of 30 KB in turn, each call awaited; a hit gives the kept object. apicache is a middleware and cannot be asked by key.`
  return measure({ title: 'Hit by a ready key', note, baseline, contenders }, effort)
}

function lookup(cache: RenderCache, roundMs: number): Promise<Contender> {
  const keys = KEYS.map((url) => cache.key({ url }) as StoreKey) // none of them bypasses
  const next = goingRound()
  return repeatedCall(
    {
      name: 'cache.lookup(key)',
      bar: { name: 'hit by a ready key', most: 1.5 },
      input: () => keys[next()] as StoreKey, // as many as there are pages
      call: (key) => cache.lookup(key),
    },
    roundMs,
  )
}

async function measureByRequest(effort: Effort) {
  const { roundMs } = effort
  const baseline = await mapBaseline(roundMs)
  const plain = await warmCache()
  const keyed = await warmCache({ cookies: ['currency'] }, 'currency=EUR')
  const contenders = [
    await answered('plan and answer, no cookies', plain, roundMs, { most: 4 }),
    await answered('plan and answer, 1 KB of cookies', plain, roundMs, { most: 10, cookies: true }),
    await answered('plan and answer, 1 KB of cookies, one of them keyed', keyed, roundMs, { cookies: true }),
    await keyAndLookup(plain, roundMs),
  ]
  const note =
    'What an adapter does: cache.plan(request), then .answer(render). Every request is new, its strings as fresh as a parser makes them, its cookies no other visitor’s. Other caches have keys and no requests: what they cost behind a key that is made by hand stands in the next table.'
  return measure({ title: 'Hit from a request whose URL was seen before', note, baseline, contenders }, effort)
}

interface Answered {
  readonly most?: number
  readonly cookies?: boolean
}

function answered(name: string, cache: RenderCache, roundMs: number, { most, cookies = false }: Answered) {
  const next = goingRound()
  const bar =
    most === undefined ? {} : { bar: { name: `hit from a seen URL, ${cookies ? '1 KB of' : 'no'} cookies`, most } }
  return repeatedCall(
    {
      name,
      ...bar,
      input: () => navigation(targetOf(next()), cookies ? someCookies() : undefined),
      call(request) {
        const plan = cache.plan(request)
        return plan.kind === 'shared' ? plan.answer(neverRendered) : missed(plan.kind)
      },
    },
    roundMs,
  )
}

/** The same for code without an adapter, which has an absolute URL. */
function keyAndLookup(cache: RenderCache, roundMs: number): Promise<Contender> {
  const next = goingRound()
  return repeatedCall(
    {
      name: 'lookup(cache.key(request)), no cookies',
      input: () => {
        const { headers, target } = navigation(targetOf(next()))
        return { url: `https://${HOST}${target}`, headers }
      },
      call: (request) => cache.lookup(cache.key(request) ?? missed('bypass')),
    },
    roundMs,
  )
}

function neverRendered(): never {
  return missed('miss')
}

/** A benchmark of hits that misses measures something else. */
function missed(what: string): never {
  throw new Error(`expected a hit, got a ${what}`)
}
