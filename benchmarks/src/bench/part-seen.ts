import type { RenderCache } from '@ssr-cache/core'
import { type Contender, measure } from './contest.ts'
import { mapByRequest } from './map-baseline.ts'
import type { Part } from './part.ts'
import { peerByUrl } from './peer-by-url.ts'
import { PEERS } from './peers.ts'
import { repeatedCall } from './repeated-call.ts'
import { goingRound, HOST, targetOf, warmCache } from './shop.ts'
import { navigation, someCookies } from './visitors.ts'

const NOTE =
  'What an adapter does: cache.plan(request), then .answer(render). Every request is new, its strings as fresh as a parser makes them, its cookies no other visitor’s; the baseline has one before it, too, and its key at hand. Other caches are asked by a URL that the app makes of the target, without two campaign parameters and sorted; they look at no cookie.'

/** Hits of a hundred pages in turn from requests. */
export const seenPart: Part = {
  name: 'seen',
  about: 'hits from requests whose URLs were seen before, beside a Map',
  async measure(effort) {
    const { roundMs } = effort
    const baseline = await mapByRequest(roundMs)
    const cache = await warmCache()
    const contenders = [
      await answered('plan and answer, no cookies', cache, roundMs, { most: 4 }),
      await answered('plan and answer, 1 KB of cookies', cache, roundMs, { most: 10, cookies: true }),
      await keyAndLookup(cache, roundMs),
      ...(await peersHit(roundMs)),
    ]
    return [
      await measure(
        { title: 'Hit from a request whose URL was seen before', note: NOTE, baseline, contenders },
        effort,
      ),
    ]
  },
}

/** The same where a cookie is part of the key. */
export const keyedPart: Part = {
  name: 'keyed',
  about: 'the same where a cookie is part of the key',
  async measure(effort) {
    const { roundMs } = effort
    const baseline = await mapByRequest(roundMs)
    const cache = await warmCache({ cookies: ['currency'] }, 'currency=EUR')
    const contenders = [
      await answered('plan and answer, 1 KB of cookies, one of them keyed', cache, roundMs, { cookies: true }),
      ...(await peersHit(roundMs)),
    ]
    return [
      await measure({ title: 'Hit from a request with a keyed cookie', note: NOTE, baseline, contenders }, effort),
    ]
  },
}

async function peersHit(roundMs: number): Promise<readonly Contender[]> {
  const contenders: Contender[] = []
  for (const peer of PEERS) {
    const next = goingRound()
    const input = () => navigation(targetOf(next()))
    contenders.push(await peerByUrl(peer, { input, targetOf: ({ target }) => target }, roundMs))
  }
  return contenders
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
