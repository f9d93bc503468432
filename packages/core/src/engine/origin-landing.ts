import { validated } from '../origin/freshening.ts'
import { isOriginEntry, lifeLeft, type OriginEntry, responseOf } from '../origin/instants.ts'
import type { RequestDirectives } from '../origin/request-directives.ts'
import { type Reuse, reuse, standsIn } from '../origin/reuse.ts'
import { hasValidator } from '../origin/validation.ts'
import type { Entry } from '../store/entry.ts'
import type { UnkeptResponse } from './flight.ts'
import type { View } from './kept.ts'
import type { Given } from './page-maker.ts'
import type { Attempt } from './render-run.ts'
import type { Run } from './run.ts'

// What the engine asks where the app's own fields decide, and elsewhere answers itself: see docs/decisions/0014.

type OriginView = View & { readonly entry: OriginEntry }

export function isOriginView(view: View): view is OriginView {
  return isOriginEntry(view.entry)
}

type Whole = Extract<Attempt, { kind: 'whole' }>

/** Whether the app was asked about a kept response, and its 304 is about another: it must be asked again, without conditions (RFC 9111 4.3.3). */
export function isMistaken(before: Entry | undefined, attempt: Attempt): boolean {
  return (
    before !== undefined &&
    isOriginEntry(before) &&
    attempt.kind === 'whole' &&
    meaningOf(before, attempt).kind === 'mistaken'
  )
}

/** What a render gave, where a 304 stands for the kept response that it freshens (RFC 9111 4.3.4). */
export function givenByApp({ before, begun }: Run, attempt: Whole): Given {
  if (before === undefined) return attempt
  const meaning = meaningOf(before, attempt, begun.at)
  if (meaning.kind !== 'freshened') return attempt
  const { status, fields } = meaning.response
  return { ...attempt, response: { status, fields, body: before.body }, before }
}

function meaningOf(
  before: Entry,
  { response: { status, fields }, receivedAt }: Whole,
  requestedAt = receivedAt,
): ReturnType<typeof validated> {
  return validated(responseOf(before), { status, fields, requestedAt, receivedAt })
}

/** Whether an answer is an error that does not replace what is kept. */
export function isReplacedByKept({ kept: { view, past } }: Run, { status }: UnkeptResponse): boolean {
  return status >= 500 && (view ?? past) !== undefined
}

/** Whether the app can be asked if a kept response is still true (RFC 9111 4.3.1). */
export function canBeValidated({ fields }: Entry): boolean {
  return hasValidator(fields)
}

/** Whether a kept response may stand in for a failure at `now`: a 5xx of the app, or that it could not be reached, or not in time (RFC 9111 4.2.4, RFC 5861 4). */
export function mayStandIn({ entry, verdict }: OriginView, reason: string, now: number): boolean {
  if (verdict.kind === 'absent') return false
  return standsIn(lifeLeft(entry, verdict), reason.startsWith('status-') ? 'error' : 'disconnected', now)
}

/** What is to be done for a visitor who asks something of caches (RFC 9111 5.2.1), with what is kept. What is not there is asked for as ever, if it may be. */
export function reuseAsked(view: View | undefined, asked: RequestDirectives | undefined, now: number): Reuse['kind'] {
  if (view !== undefined && isOriginView(view)) return reuse(lifeLeft(view.entry, view.verdict), now, asked).kind
  return asked?.onlyIfCached === true ? 'unavailable' : 'serve'
}
