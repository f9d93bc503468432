import { isPersonal } from '../key/bypass.ts'
import type { Refusal } from '../key/normalize-url.ts'
import { pageKey } from '../key/variant.ts'
import type { VisitorRequest } from '../request.ts'
import { forwardedStatus } from '../rules/cache-status.ts'
import type { Reason } from '../rules/reason.ts'
import { plainAnswer } from './answers.ts'
import type { Assembly } from './assembly.ts'
import { HeldPlace } from './held-place.ts'
import { andThen } from './later.ts'
import type { Plan } from './plan.ts'
import type { UrlSlot } from './slots.ts'
import { Stay } from './stay.ts'

export type BypassPlan = Extract<Plan, { kind: 'bypass' }>

/** Why the app answers a visitor itself. */
interface Bypassing {
  readonly reason: Reason
  readonly culprit?: string | undefined
}

/** Who asks, and for what. */
export interface Asked {
  readonly found: UrlSlot
  readonly request: VisitorRequest
}

const REFUSED: Readonly<Record<Refusal['status'], string>> = {
  400: 'Bad Request',
  414: 'URI Too Long',
  421: 'Misdirected Request',
  431: 'Request Header Fields Too Large',
}

export function refusedPlan({ status, reason }: Refusal, { told }: Assembly): Plan {
  told('*', 'refused', reason)
  return { kind: 'refused', answer: plainAnswer(status, REFUSED[status], reason) }
}

export function bypassPlan({ reason, culprit }: Bypassing, asked: Asked, parts: Assembly): BypassPlan {
  const { told, bypass, failures, events } = parts
  const { found, request } = asked
  const { route, url } = found
  told(route.name, 'bypass', reason, culprit)
  const stay = new Stay()
  // Without the query: that of a one-time link is as good as a password.
  const place = (): string => `${url.scheme}://${url.host}${url.path}`
  const outlived = (isHeld: boolean): void => {
    events.emit('written-off', { route: route.name, url: place(), isHeld })
  }
  const forwarded = reason === 'method' ? 'method' : 'bypass'
  return {
    kind: 'bypass',
    reason,
    fields: isPersonal(reason) ? 'personal' : 'own',
    cacheStatus: forwardedStatus(forwarded, { detail: reason }),
    // Of their page, a stand-in knows the URL: what else there is to its key is theirs.
    admit: () =>
      andThen(bypass.admit({ visitor: request, page: pageKey(url, []), route }, stay), (admitted) =>
        admitted.kind === 'answer' ? admitted : new HeldPlace(admitted, stay, outlived),
      ),
    left: () => stay.left(),
    failed: (error) => failures.tell(error, { route: route.name, url: place() }),
  }
}
