import type { Plan, RenderCache, RenderFunction, VisitorRequest } from '@ssr-cache/core'
import { pickLocale } from '@ssr-cache/core'
import type { PlansAnswers } from '@ssr-cache/express-adapter'
import type { Mistake } from './cached-copy.ts'

/** A cache whose shared renders are not what they should be for a request. */
function rendering(
  change: (render: RenderFunction, request: VisitorRequest) => RenderFunction,
  seen = (request: VisitorRequest): VisitorRequest => request,
): (cache: RenderCache) => PlansAnswers {
  return (cache: RenderCache): PlansAnswers => ({
    plan(request): Plan {
      const plan = cache.plan(seen(request))
      if (plan.kind !== 'shared') return plan
      return { kind: 'shared', answer: (render) => plan.answer(change(render, request)) }
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
        answer(render) {
          const answer = kept.get(request.target) ?? plan.answer(render)
          kept.set(request.target, answer)
          return answer
        },
      }
    },
  }
}

/** What can go wrong in an app, in its options or in a cache, and what the oracle must find of it. */
export const MISTAKES: readonly {
  readonly what: string
  readonly site: 'shop' | 'news' | 'localized'
  readonly mistake: Mistake
  readonly found: RegExp
}[] = [
  {
    what: 'a session cookie that bypasses nothing',
    site: 'news',
    mistake: { options: { bypass: { cookies: ['another'] } } },
    found: /the app gives ".*Hello|one visitor’s/,
  },
  {
    what: 'pages shared with readers who are greeted on them',
    site: 'news',
    mistake: { options: { routes: [{ match: '/*rest', session: 'anonymous' }] } },
    found: /the app gives|one visitor’s/,
  },
  {
    what: 'narrowing switched off, and a cookie that the key forgets',
    site: 'shop',
    mistake: { options: { key: { ignoreQuery: ['ref'] } }, plans: withoutNarrowing },
    found: /body: got/,
  },
  {
    what: 'a cookie that the key forgets',
    site: 'shop',
    mistake: { options: { key: { ignoreQuery: ['ref'] } } },
    found: /body: got/,
  },
  {
    what: 'state of code above in a render whose key does not hold it',
    site: 'shop',
    mistake: { plans: withoutContextKey },
    found: /body: got/,
  },
  {
    what: 'a language that the key forgets',
    site: 'localized',
    mistake: { options: { key: { cookies: ['lang'] }, downstream: { cdnKeys: ['lang'] } } },
    found: /content-language: got|location: got|body: got/,
  },
  {
    what: 'a bucket that tells too few languages apart',
    site: 'localized',
    mistake: { options: { key: { headers: { 'accept-language': pickLocale(['en', 'fr']) }, cookies: ['lang'] } } },
    found: /content-language: got|location: got|body: got/,
  },
  {
    what: 'a parameter that changes the page and is dropped',
    site: 'shop',
    mistake: { options: { key: { cookies: ['currency'], ignoreQuery: ['ref', 'size'] } } },
    found: /body: got/,
  },
  {
    what: 'a cookie that is stripped from the page that sets it',
    site: 'shop',
    mistake: { options: { setCookie: 'strip' } },
    found: /set-cookie: got undefined/,
  },
  {
    what: 'an answer kept for everybody, whatever it says of itself',
    site: 'shop',
    mistake: { plans: naively },
    found: /one visitor’s|shows something of|body: got/,
  },
  {
    what: 'a HEAD that fills what a GET is answered from',
    site: 'news',
    mistake: { plans: fillingByHead },
    found: /body: got " "|length: got "1"/,
  },
  {
    what: 'a failure taken for a page',
    site: 'news',
    mistake: { plans: keepingFailures },
    found: /status: got 200/,
  },
  {
    what: 'invalidations that are lost',
    site: 'localized',
    mistake: { removals: (cache) => ({ invalidate: async () => {}, purge: (what) => cache.purge(what) }) },
    found: /it was invalidated, and is said to be fresh/,
  },
  {
    what: 'purges that only invalidate',
    site: 'localized',
    mistake: {
      removals: (cache) => ({ invalidate: (what) => cache.invalidate(what), purge: (what) => cache.invalidate(what) }),
    },
    found: /it was purged before this visitor came/,
  },
  {
    what: 'a lifetime beyond the promised one',
    site: 'localized',
    mistake: { options: { maxAge: 16 } },
    found: /its ttl is 16|others may keep it for 16 s/,
  },
  {
    what: 'a stale window beyond the promised one',
    site: 'localized',
    mistake: { options: { staleWhileRevalidate: 3_600 } },
    found: /its windows ended|past its stale window|stale for too long/,
  },
  {
    what: 'an error window beyond the promised one',
    site: 'localized',
    mistake: { options: { staleIfError: 31_536_000 } },
    found: /its windows ended|on errors for too long/,
  },
  {
    what: 'pages that are not there kept for too long',
    site: 'localized',
    mistake: { options: { statusMaxAge: { 404: 3_600 } } },
    found: /it was fresh until|its ttl is|others may keep it for 15 s/,
  },
  {
    what: 'a grace beyond the promised one',
    site: 'news',
    mistake: { options: { downstream: { cdn: 'generic', staleMaxAge: 60 } } },
    found: /others may keep it for/,
  },
  {
    what: 'a CDN said to key what it does not',
    site: 'shop',
    mistake: { options: { downstream: { cdnKeys: ['currency', 'context'] } } },
    found: /a cache that knows the URL alone/,
  },
  {
    what: 'pages of a build that is gone',
    site: 'localized',
    mistake: { options: { build: { id: 'always' } } },
    found: /it is of build/,
  },
]
