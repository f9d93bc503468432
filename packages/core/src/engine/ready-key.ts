import { endToEndHeaders } from '../origin/connection-fields.ts'
import { wayOf } from '../origin/way.ts'
import type { VisitorRequest } from '../request.ts'
import type { OriginAsk } from './origin-ask.ts'
import type { Slot, Slots, UrlSlot } from './slots.ts'

/** A page's key as it is handed out. Where the app's own fields decide, with what is needed of the request to find its variant. */
export interface ReadyKey extends Slot {
  readonly selects?: OriginAsk<Slot>['selects']
}

/** The ready key of a page where the app's own fields decide; `undefined` where the request goes to the app as it came, or is malformed. */
export function originKey(found: UrlSlot, request: VisitorRequest, slots: Slots): ReadyKey | undefined {
  if (wayOf(request).kind === 'through') return undefined
  const slot = slots.whole(found, request)
  if ('kind' in slot) return undefined
  const headers = endToEndHeaders(request.headers)
  return Object.freeze({ ...slot, selects: (names: readonly string[]) => slots.varied(slot, names, headers) })
}
