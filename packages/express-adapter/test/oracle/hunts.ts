import type { Plan, RenderCache, RenderFunction, Store, StoreKey, VisitorRequest } from '@ssr-cache/core'
import { pickLocale } from '@ssr-cache/core'
import type { PlansAnswers } from '@ssr-cache/express-adapter'
import express from 'express'
import type { Mistake } from './cached-copy.ts'
import { localized } from './localized.ts'
import { news } from './news.ts'
import { firstFault } from './proof.ts'
import { shop } from './shop.ts'
import type { Site } from './site.ts'

/** A cache whose shared renders are not what they should be for a request. */
function rendering(
  change: (render: RenderFunction, request: VisitorRequest) => RenderFunction,
  seen = (request: VisitorRequest): VisitorRequest => request,
): (cache: RenderCache) => PlansAnswers {
  return (cache: RenderCache): PlansAnswers => ({
    plan(request): Plan {
      const plan = cache.plan(seen(request))
      if (plan.kind !== 'shared') return plan
      return {
        kind: 'shared',
        answer: (render) => plan.answer(change(render, request)),
        failed: (error) => plan.failed(error),
      }
    },
  })
}

/** The render is given the headers that its visitor sent. */
const withoutNarrowing = rendering((render, { headers }) => ({ request, signal }) => {
  const own = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
  return render({
    request: { ...request, headers: { ...own, ...request.headers, cookie: own['cookie'] ?? '' } },
    signal,
  })
})

/** What code above says is there in the render, and in no key. */
const withoutContextKey = rendering(
  (render, { context }) =>
    ({ request, signal }) =>
      render({ request: { ...request, context }, signal }),
  ({ context: _, ...request }) => request,
)

const space = new TextEncoder().encode(' ')

/** A HEAD is rendered without its body, and fills what a GET is answered from. */
const fillingByHead = rendering((render, { method }) => async (input) => {
  const rendered = await render(input)
  return method === 'HEAD' && rendered.kind === 'response'
    ? { ...rendered, fields: rendered.fields.filter(([name]) => name !== 'content-length'), body: space }
    : rendered
})

/** A failure is taken for a page. */
const keepingFailures = rendering((render) => async (input) => {
  const rendered = await render(input)
  return rendered.kind === 'response' && rendered.status >= 500 ? { ...rendered, status: 200 } : rendered
})

/** One answer for all who ask for a URL. */
function naively(cache: RenderCache): PlansAnswers {
  const kept = new Map<string, ReturnType<Extract<Plan, { kind: 'shared' }>['answer']>>()
  return {
    plan(request): Plan {
      const plan = cache.plan(request)
      if (plan.kind !== 'shared') return plan
      return {
        kind: 'shared',
        failed: (error) => plan.failed(error),
        answer(render) {
          const answer = kept.get(request.target) ?? plan.answer(render)
          kept.set(request.target, answer)
          return answer
        },
      }
    },
  }
}

/** A store that tells the pages of one URL apart by nothing else. */
function withoutVariants(store: Store): Store {
  const plain = (key: StoreKey): StoreKey => ({ ...key, id: key.url, full: key.url, variant: '' })
  const { capabilities, lease, log } = store
  return {
    capabilities,
    ...(lease && { lease }),
    ...(log && { log }),
    get: (key, o) => store.get(plain(key), o),
    set: (key, value, o) => store.set(plain(key), value, o),
    delete: (key, o) => store.delete(plain(key), o),
  }
}

/** A mistake, and the hunt for it. */
export interface Hunt {
  readonly what: string
  readonly found: RegExp
  /** What the first of so many scripts says that shows it. */
  readonly fault: (scripts: number) => Promise<string | undefined>
}

function hunt<Data>(site: Site<Data>, what: string, mistake: Mistake, found: RegExp): Hunt {
  return { what, found, fault: (scripts) => firstFault({ site, express, over: 'memory', mistake }, scripts, found) }
}

/** What can go wrong in an app, in its options or in a cache, and what the oracle must find of it. */
export const HUNTS: readonly Hunt[] = [
  hunt(
    news,
    'a session cookie that bypasses nothing',
    { options: { bypass: { cookies: ['another'] } } },
    /the app gives ".*Hello|one visitor’s/,
  ),
  hunt(
    news,
    'pages shared with readers who are greeted on them',
    { options: { routes: [{ match: '/*rest', session: 'anonymous' }] } },
    /the app gives|one visitor’s/,
  ),
  hunt(
    shop,
    'narrowing switched off, and a cookie that the key forgets',
    { options: { key: { ignoreQuery: ['ref'] } }, plans: withoutNarrowing },
    /body: got/,
  ),
  hunt(shop, 'a cookie that the key forgets', { options: { key: { ignoreQuery: ['ref'] } } }, /body: got/),
  hunt(shop, 'state of code above in a render whose key does not hold it', { plans: withoutContextKey }, /body: got/),
  hunt(
    localized,
    'a language that the key forgets',
    { options: { key: { cookies: ['lang'] }, downstream: { cdnKeys: ['lang'] } } },
    /content-language: got|location: got|body: got/,
  ),
  hunt(
    localized,
    'a bucket that tells too few languages apart',
    { options: { key: { headers: { 'accept-language': pickLocale(['en', 'fr']) }, cookies: ['lang'] } } },
    /content-language: got|location: got|body: got/,
  ),
  hunt(
    shop,
    'a parameter that changes the page and is dropped',
    { options: { key: { cookies: ['currency'], ignoreQuery: ['ref', 'size'] } } },
    /body: got/,
  ),
  hunt(
    shop,
    'a cookie that is stripped from the page that sets it',
    { options: { setCookie: 'strip' } },
    /set-cookie: got undefined/,
  ),
  hunt(
    shop,
    'an answer kept for everybody, whatever it says of itself',
    { plans: naively },
    /one visitor’s|shows something of|body: got/,
  ),
  hunt(
    news,
    'a HEAD that fills what a GET is answered from',
    { plans: fillingByHead },
    /body: got " "|length: got "1"/,
  ),
  hunt(news, 'a failure taken for a page', { plans: keepingFailures }, /status: got 200/),
  hunt(localized, 'a store that keeps one page for all variants of a URL', { store: withoutVariants }, /: got/),
  hunt(
    localized,
    'invalidations that are lost',
    { removals: (cache) => ({ invalidate: async () => {}, purge: (what) => cache.purge(what) }) },
    /it was invalidated, and is said to be fresh/,
  ),
  hunt(
    localized,
    'purges that only invalidate',
    {
      removals: (cache) => ({ invalidate: (what) => cache.invalidate(what), purge: (what) => cache.invalidate(what) }),
    },
    /it was purged before this visitor came/,
  ),
  hunt(
    localized,
    'a lifetime beyond the promised one',
    { options: { maxAge: 16 } },
    /its ttl is 16|others may keep it for 16 s/,
  ),
  hunt(
    localized,
    'a stale window beyond the promised one',
    { options: { staleWhileRevalidate: 3_600 } },
    /its windows ended|past its stale window|stale for too long/,
  ),
  hunt(
    localized,
    'an error window beyond the promised one',
    { options: { staleIfError: 31_536_000 } },
    /its windows ended|on errors for too long/,
  ),
  hunt(
    localized,
    'pages that are not there kept for too long',
    { options: { statusMaxAge: { 404: 3_600 } } },
    /it was fresh until|its ttl is|others may keep it for 15 s/,
  ),
  hunt(
    news,
    'a grace beyond the promised one',
    { options: { downstream: { cdn: 'generic', staleMaxAge: 60 } } },
    /others may keep it for/,
  ),
  hunt(
    shop,
    'a CDN said to key what it does not',
    { options: { downstream: { cdnKeys: ['currency', 'context'] } } },
    /a cache that knows the URL alone/,
  ),
  hunt(localized, 'pages of a build that is gone', { options: { build: { id: 'always' } } }, /it is of build/),
]
