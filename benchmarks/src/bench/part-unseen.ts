import type { RenderCache } from '@ssr-cache/core'
import { measure } from './contest.ts'
import type { Part } from './part.ts'
import { peerByUrl } from './peer-by-url.ts'
import { PEERS } from './peers.ts'
import { repeatedCall } from './repeated-call.ts'
import { goingRound, HOST, targetOf, warmCache } from './shop.ts'
import { asReceived, navigation } from './visitors.ts'

/** Hits by URLs that never came before: a kept page, under a link that a newsletter has marked for each reader. */
export const unseenPart: Part = {
  name: 'unseen',
  about: 'hits from URLs that were never seen, beside new URL and a sort of its query',
  async measure(effort) {
    const { roundMs } = effort
    const baseline = await repeatedCall(
      { name: 'new URL and a sort of its query', input: unseenTargets(), call: sortedUrl },
      roundMs,
    )
    const cache = await warmCache()
    const contenders = [await wholeHit(cache, roundMs), await planOnly(cache, roundMs), await keyOnly(cache, roundMs)]
    for (const peer of PEERS) {
      contenders.push(await peerByUrl(peer, { input: unseenTargets(), targetOf: (target) => target }, roundMs))
    }
    const note =
      'Each URL is new: four parameters, two of which are dropped, one of those with a value of its own. The page is kept. Other caches are asked by the URL that the baseline makes, once these two parameters are deleted from it; apicache takes each such URL for a page of its own, and is left out.'
    return [await measure({ title: 'Hit from a URL never seen before', note, baseline, contenders }, effort)]
  },
}

let reader = 0

/** A kept page's target with parameters that no key holds, different each time. */
function unseenTarget(id: number): string {
  reader++
  return `${targetOf(id)}&utm_source=newsletter&gclid=Cj0KCQ${reader.toString(36).padStart(8, '0')}AIsAOtdxE`
}

function unseenTargets(): () => string {
  const next = goingRound()
  return () => asReceived(unseenTarget(next()))
}

/** What an app would do by hand for a key. */
function sortedUrl(target: string): string {
  const url = new URL(target, `https://${HOST}`)
  url.searchParams.sort()
  return url.href
}

function wholeHit(cache: RenderCache, roundMs: number) {
  const next = unseenTargets()
  return repeatedCall(
    {
      name: 'plan and answer',
      bar: { name: 'hit from a URL never seen', most: 1.5 },
      input: () => navigation(next()),
      call(request) {
        const plan = cache.plan(request)
        if (plan.kind === 'shared') return plan.answer(missed)
        return missed()
      },
    },
    roundMs,
  )
}

function planOnly(cache: RenderCache, roundMs: number) {
  const next = unseenTargets()
  return repeatedCall(
    { name: 'plan alone', input: () => navigation(next()), call: (request) => cache.plan(request) },
    roundMs,
  )
}

function keyOnly(cache: RenderCache, roundMs: number) {
  const next = unseenTargets()
  return repeatedCall(
    {
      name: 'cache.key(request)',
      input: () => ({ url: `https://${HOST}${next()}` }),
      call: (request) => cache.key(request) ?? missed(),
    },
    roundMs,
  )
}

function missed(): never {
  throw new Error('expected a hit, got a miss or a bypass')
}
