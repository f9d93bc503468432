import type { FailureLog } from '../engine/failure-log.ts'
import { handingOver, type TakesWork } from '../engine/hand-over.ts'
import { sharedHandler } from '../engine/handler.ts'
import { inPlace } from '../engine/held-place.ts'
import { handOn, isInHand, takeInHand } from '../engine/in-hand.ts'
import type { Plan, RenderFunction } from '../engine/plan.ts'
import { whileThere } from '../engine/stay.ts'
import { visitorRequest } from '../engine/visitor.ts'
import type { VisitorRequest } from '../request.ts'
import { checkFetch, type FetchOptions } from './fetch-options.ts'
import { faultResponse, fetchResponse } from './fetch-response.ts'
import { ownResponse } from './own-response.ts'

/**
 * An app of the web's kind: `app.fetch` of Hono or h3, or a function. `Platform` is what its runtime hands in beside the Request; a shared render is given the
 * Request alone, since all else is one visitor's; but where the app's own fields decide, it is asked as the visitor asked for whom it begins.
 */
export type FetchHandler<Platform extends unknown[] = []> = ((request: Request) => Response | Promise<Response>) &
  ((request: Request, ...platform: Platform) => Response | Promise<Response>)

/** What `cache.fetch` gives: called as the app would be. It never rejects. */
export type CachedFetch<Platform extends unknown[] = []> = (
  request: Request,
  ...platform: Platform
) => Promise<Response>

/** What is used of a render cache. */
interface FetchCache {
  readonly cache: { plan(request: VisitorRequest): Plan }
  readonly failures: FailureLog
}

/** A `fetch` that answers from a cache. */
export function fetchHandler<Platform extends unknown[]>(
  cache: FetchCache,
  handler: FetchHandler<Platform>,
  options: FetchOptions<Platform> = {},
): CachedFetch<Platform> {
  checkFetch(handler, options)
  const { waitUntil } = options
  const taken = (request: Request): Request => {
    takeInHand(request, cache.cache)
    return request
  }
  const shared = sharedHandler((asked) => handler(taken(asked)))
  const alone = async (request: Request, platform: Platform): Promise<Response> => {
    try {
      return await handler(taken(request), ...platform)
    } finally {
      // Whoever asks once more by the same Request comes anew.
      handOn(request, cache.cache)
    }
  }
  const answer = (request: Request, platform: Platform): Promise<Response> =>
    answered(cache, {
      request,
      render: (asCame) => (asCame ? sharedHandler((asked) => handler(taken(asked), ...platform)) : shared),
      handle: () => alone(request, platform),
    })
  return async (request, ...platform) => {
    if (waitUntil === undefined) return answer(request, platform)
    const takes = guarded((work) => waitUntil(work, request, platform), cache, request)
    return handingOver(takes, () => answer(request, platform))
  }
}

/** One request, and the two ways in which the app can be asked. */
interface Visit {
  readonly request: Request
  /** For everybody; `asCame`: asked as this visitor asked, with what the runtime handed in beside. */
  readonly render: (asCame: boolean) => RenderFunction
  readonly handle: () => Promise<Response>
}

async function answered({ cache, failures }: FetchCache, { request, render, handle }: Visit): Promise<Response> {
  let plan: Plan | undefined
  let visitor: VisitorRequest | undefined
  try {
    visitor = visitorRequest(request)
    plan = cache.plan(visitor)
    if (plan.kind !== 'refused' && isInHand(request, cache)) return await handle()
    if (plan.kind === 'bypass') return await bypass(plan, visitor, { request, handle })
    const answer =
      plan.kind === 'refused' ? plan.answer : await whileThere(plan.answer(render(plan.asCame === true)), plan, request)
    if (answer.kind === 'answer') return fetchResponse(visitor, answer)
    throw new TypeError('a fetch handler has no way to decline')
  } catch (error) {
    failures.tellOf(plan, error, request.url)
    return faultResponse(visitor ?? { headers: {} }, error, plan)
  }
}

/** The app answers this visitor itself, under the cap of those who bypass: until it has an answer, for how long it is read is up to the client. */
async function bypass(
  plan: Extract<Plan, { kind: 'bypass' }>,
  visitor: VisitorRequest,
  { request, handle }: Pick<Visit, 'request' | 'handle'>,
): Promise<Response> {
  const admission = await whileThere(plan.admit(), plan, request)
  if (admission.kind === 'answer') return fetchResponse(visitor, admission)
  return ownResponse(await inPlace(admission, handle, { plan, request }), plan)
}

/** A runtime that does not take the work must not cost the visitor the answer. */
function guarded(take: TakesWork, { failures }: FetchCache, { url }: Request): TakesWork {
  return (work) => {
    try {
      take(work)
    } catch (error) {
      failures.tellOf(undefined, error, url)
    }
  }
}
