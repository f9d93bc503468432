import type { PreviousPage } from '../context/previous-page.ts'
import type { Field } from '../fields.ts'
import { endToEndHeaders } from '../origin/connection-fields.ts'
import type { OriginRequest } from '../origin/exchange.ts'
import { invalidatedUrls } from '../origin/invalidation.ts'
import { type RequestDirectives, requestDirectives } from '../origin/request-directives.ts'
import type { OriginSettings } from '../origin/settings.ts'
import { validationHeaders } from '../origin/validation.ts'
import { type Way, wayOf } from '../origin/way.ts'
import { headerValue, type NarrowedRequest, type RequestHeaders, type VisitorRequest } from '../request.ts'
import type { Assembly } from './assembly.ts'
import { type Asked, type BypassPlan, bypassPlan, refusedPlan } from './bypass-plan.ts'
import type { OriginAsk, Solo } from './origin-ask.ts'
import type { Plan, RenderFunction } from './plan.ts'
import type { Render } from './render-run.ts'
import type { Slot, UrlSlot } from './slots.ts'
import { Stay } from './stay.ts'
import { targetsOf } from './targets.ts'
import type { Wish } from './wish.ts'

/** What is to be done with a request where the app's own fields decide (RFC 9111 2, 4). */
export function originPlan(found: UrlSlot, settings: OriginSettings, request: VisitorRequest, parts: Assembly): Plan {
  const way = wayOf(request)
  if (way.kind === 'through') return throughPlan(way.reason, { found, request }, parts)
  if (parts.isOff?.() === true)
    return { ...bypassPlan({ reason: 'off' }, { found, request }, parts), fields: 'as-came' }
  const slot = parts.slots.whole(found, request)
  if ('kind' in slot) return refusedPlan(slot, parts)
  parts.slots.heat.count(found)
  const stay = new Stay()
  return {
    kind: 'shared',
    asCame: true,
    answer(render: RenderFunction) {
      const wish = { ...wishFor(slot, { request, way, settings, render }, parts), stay }
      const { engine } = parts
      return wish.origin.directives === undefined ? engine.answer(wish) : engine.answerAsked(wish)
    },
    left: () => stay.left(),
    failed: (error) => parts.failures.tell(error, { route: slot.route.name, url: slot.url }),
  }
}

/** The request goes to the app as it came, and the answer comes back so; what it has made untrue is kept no longer. */
function throughPlan(reason: Extract<Way, { kind: 'through' }>['reason'], asked: Asked, parts: Assembly): BypassPlan {
  return {
    ...bypassPlan({ reason }, asked, parts),
    fields: 'as-came',
    answered: (status, fields) => dropUntrue({ ...asked, status, fields }, parts),
  }
}

interface Change extends Asked {
  readonly status: number
  readonly fields: readonly Field[]
}

/** Hard: with a window open, a soft one would let what a visitor has just changed be served once more (RFC 9111 4.4). */
function dropUntrue(change: Change, { news, normalizer, events, background }: Assembly): void {
  const { found, request, status, fields } = change
  const { scheme, host } = found.url
  const url = `${scheme}://${host}${request.target}`
  const urls = invalidatedUrls({ method: request.method, url, status, fields })
  if (urls.length === 0) return
  const targets = targetsOf({ urls }, 0, normalizer)
  const hard = true
  const told = news.append(targets, { hard, settleMs: 0 }).then(() => events.emit('invalidate', { targets, hard }))
  background.track(told)
}

type OriginWish = Wish<Slot> & { readonly origin: OriginAsk<Slot> }

/** As the app is asked. */
type AppRequest = OriginRequest & Pick<NarrowedRequest, 'method'>

interface Going {
  readonly request: VisitorRequest
  readonly way: Way
  readonly settings: OriginSettings
  readonly render: RenderFunction
}

function wishFor(slot: Slot, { request, way, settings, render }: Going, parts: Assembly): OriginWish {
  const method = request.method === 'HEAD' ? 'HEAD' : 'GET' // any other goes through
  // What the app is told is what its answer is kept for: a field of one connection tells nothing apart.
  const headers = endToEndHeaders(request.headers)
  const ask = (asked: AppRequest, [signal, previous]: Parameters<Render>): ReturnType<Render> => {
    const narrowed = parts.normalizer.narrow(slot.page, request)
    const whole = { ...narrowed, method: asked.method, headers: lines(asked.headers, narrowed.host) }
    return render(Object.freeze({ request: whole, signal, previous }))
  }
  const validating: Render = (signal, previous) =>
    ask({ method: 'GET', headers: validationHeaders(headers, validators(previous)) }, [signal, previous])
  const directives = settings.requestDirectives ? directivesOf(headers) : undefined
  const reason = way.kind === 'alone' ? way.reason : directives?.noStore === true ? 'no-store' : undefined
  const solo: Solo | undefined = reason && {
    reason,
    request: { method, headers },
    render: (signal, previous) =>
      previous === undefined ? ask({ method, headers }, [signal]) : validating(signal, previous),
  }
  return {
    slot,
    render: validating,
    request,
    wanted: slot.route.encoding ? parts.encodings.wanted(request.headers) : undefined,
    origin: {
      settings,
      request: { method: 'GET', headers },
      selects: (names) => parts.slots.varied(slot, names, headers),
      solo,
      directives,
    },
  }
}

/** Of most requests there are none: they are answered like all others. */
function directivesOf(headers: RequestHeaders): RequestDirectives | undefined {
  const asks = headers['cache-control'] !== undefined || headers['pragma'] !== undefined
  return asks ? requestDirectives(headers) : undefined
}

/** What a kept response can be asked about by, as it was sent. */
function validators(previous: PreviousPage | undefined): readonly Field[] {
  const fields: Field[] = []
  if (previous?.etag !== undefined) fields.push(['etag', previous.etag])
  if (previous?.lastModified !== undefined) fields.push(['last-modified', previous.lastModified])
  return fields
}

/** Each field in one line (RFC 9110 5.3), with the host that the key has. */
function lines(headers: RequestHeaders, host: string): Readonly<Record<string, string>> {
  const joined = Object.create(null) as Record<string, string> // what has no prototype has no type either
  for (const name of Object.keys(headers)) {
    const value = headerValue(headers, name)
    if (value !== undefined) joined[name] = value
  }
  joined['host'] = host
  return joined
}
