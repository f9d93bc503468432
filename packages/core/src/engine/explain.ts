import { createHmac, randomBytes } from 'node:crypto'
import type { Dropped } from '../key/dropped.ts'
import type { NormalizedUrl } from '../key/normalize-url.ts'
import { endToEndHeaders } from '../origin/connection-fields.ts'
import { wayOf } from '../origin/way.ts'
import { headerValue, type VisitorRequest } from '../request.ts'
import type { KeptState } from '../rules/decide.ts'
import type { Assembly } from './assembly.ts'
import { neverRendered } from './never-rendered.ts'
import type { Slot, UrlSlot } from './slots.ts'

/** Why a request is, or is not, answered from what is kept. */
export interface Explanation {
  /** `shared`: kept, or one render for all; none, where the reason is `strategy`. `bypass`: the app answers itself. `refused`: malformed, too large, or not our host. */
  readonly decision: 'shared' | 'bypass' | 'refused'
  readonly reason?: string
  /** The cookie, header or parameter that made it bypass. */
  readonly culprit?: string
  /** Pattern of the route that matched; `*` where none did. */
  readonly route?: string
  /** Canonical URL. */
  readonly url?: string
  /** What the key holds beside the URL; values as salted hashes. */
  readonly variant?: Readonly<Record<string, string>>
  /** What the request carried and no shared render sees. */
  readonly dropped: readonly Dropped[]
  readonly page?: {
    readonly state: KeptState
    /** Why its last answer could not be shared, where it is marked. */
    readonly reason?: string
    readonly status?: number
    readonly tags?: readonly string[]
    /** Epoch milliseconds. */
    readonly renderStartedAt?: number
    readonly storedAt?: number
    readonly freshUntil?: number
    readonly staleUntil?: number
    readonly errorUntil?: number
    /** A render of it runs or waits. */
    readonly rendering: boolean
    /** Until when it rests after a failure; 0 where it does not. */
    readonly restUntil: number
  }
}

// Of this process: hashes can be compared with each other, and with nothing else.
const SALT = randomBytes(16)

/** A value that may be shown: equal values look equal, and none can be guessed back. */
function veiled(value: string): string {
  return `#${createHmac('sha256', SALT).update(value).digest('base64url').slice(0, 10)}`
}

/** A preview's or one-time link's URL is as good as a password: only the names of its parameters are shown. */
function shownUrl({ url, query, bypassQuery }: NormalizedUrl): string {
  if (bypassQuery === undefined || query === '') return url
  const shown = query.split('&').map((parameter) => {
    const [name = '', value] = parameter.split('=', 2)
    return value === undefined ? name : `${name}=${veiled(value)}`
  })
  return `${url.slice(0, -query.length)}${shown.join('&')}`
}

/** Follows a request as far as it would come, and renders nothing. */
export async function explain(request: VisitorRequest, parts: Assembly): Promise<Explanation> {
  const { slots, normalizer } = parts
  const dropped = normalizer.dropped(request)
  const found = slots.find(request)
  if ('kind' in found) return { decision: 'refused', reason: found.reason, dropped }
  const at = { route: found.route.name, url: shownUrl(found.url), dropped }
  if (found.route.tagsFault !== undefined) return { decision: 'bypass', reason: 'route-tags', ...at }
  if (!found.route.cache) return { decision: 'bypass', reason: 'route', ...at }
  if (found.route.origin !== undefined) return explainOrigin(found, request, parts)
  const bypass = normalizer.bypass(request, found.url, found.route)
  const never = neverRendered({ found, request }, bypass, parts)
  if (bypass !== undefined && never === undefined) {
    const { reason, culprit } = bypass
    return { decision: 'bypass', reason, ...(culprit === undefined ? {} : { culprit }), ...at }
  }
  if (parts.isOff?.() === true && never === undefined) return { decision: 'bypass', reason: 'off', ...at }
  const slot = slots.slot(found, request)
  if ('kind' in slot) return { decision: 'refused', reason: slot.reason, ...at }
  const variant = Object.fromEntries(slot.page.parts.map(([name, value]) => [name.trim(), veiled(value)]))
  const told = never === undefined ? {} : { reason: 'strategy' }
  return { decision: 'shared', ...told, ...at, variant, page: await explainPage(slot, parts) }
}

/** Where the app's own fields decide, nothing of a request is dropped; what Vary has named is part of the key. */
async function explainOrigin(found: UrlSlot, request: VisitorRequest, parts: Assembly): Promise<Explanation> {
  const at = { route: found.route.name, url: found.url.url, dropped: [] }
  const way = wayOf(request)
  if (way.kind === 'through') return { decision: 'bypass', reason: way.reason, ...at }
  if (parts.isOff?.() === true) return { decision: 'bypass', reason: 'off', ...at }
  const slot = parts.slots.whole(found, request)
  if ('kind' in slot) return { decision: 'refused', reason: slot.reason, ...at }
  const { slot: selected, variant } = await selectedFor(slot, request, parts)
  return { decision: 'shared', ...at, variant, page: await explainPage(selected, parts) }
}

/** Where the page lies for one request, and what of the request says so. */
async function selectedFor(
  slot: Slot,
  request: VisitorRequest,
  { guarded, news, clock, slots }: Assembly,
): Promise<{ readonly slot: Slot; readonly variant: Readonly<Record<string, string>> }> {
  const headers = endToEndHeaders(request.headers)
  const parts = slot.parts.map(([name, value]) => [name.trim(), veiled(value)])
  const { value } = await guarded.get(slot, news.index.head, clock.now())
  if (value?.kind !== 'names') return { slot, variant: Object.fromEntries(parts) }
  const named = value.names.flatMap((name) => {
    const sent = headerValue(headers, name)
    return sent === undefined ? [] : [[name, veiled(sent)]]
  })
  return { slot: slots.varied(slot, value.names, headers), variant: Object.fromEntries([...parts, ...named]) }
}

async function explainPage(slot: Slot, parts: Assembly): Promise<NonNullable<Explanation['page']>> {
  const { guarded, keeper, news, clock, rests, flights } = parts
  const now = clock.now()
  const about = { rendering: flights.get(slot.id) !== undefined, restUntil: rests.until(slot.id, now) }
  const { state, view, reason } = keeper.look(slot, await guarded.get(slot, news.index.head, now), now)
  if (view === undefined) return { state, ...(reason === undefined ? {} : { reason }), ...about }
  const { status, tags, renderStartedAt, storedAt, freshUntil, staleUntil, errorUntil } = view.entry
  return { state, status, tags, renderStartedAt, storedAt, freshUntil, staleUntil, errorUntil, ...about }
}
