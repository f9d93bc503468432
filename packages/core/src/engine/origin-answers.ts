import { type Field, fieldValue } from '../fields.ts'
import { endToEndFields } from '../origin/connection-fields.ts'
import { isOriginEntry } from '../origin/instants.ts'
import { servedFields } from '../origin/served-fields.ts'
import { forwardedStatus } from '../rules/cache-status.ts'
import type { Sendable } from '../rules/downstream.ts'
import { isEncodable, withAddedVary } from '../rules/encodable.ts'
import type { UnshareableReason } from '../rules/storable.ts'
import type { Entry } from '../store/entry.ts'
import { KeptAnswer, type OfBothModes, type PageAnswer } from './answers.ts'
import type { UnkeptResponse } from './flight.ts'
import type { Answer, Body } from './plan.ts'
import type { FailureDetails, Serves, StreamedPage } from './serves.ts'
import type { Slot } from './slots.ts'

/** Makes what goes out where the app's own fields decide: as they came, with Age on what was kept, and Cache-Status (RFC 9111 4, 5.1). */
export class OriginAnswers implements Omit<Serves<Slot, Answer>, OfBothModes | 'failed'> {
  readonly #identityOf: (entry: Entry) => Body

  /** `identityOf`: the page as it is, wherever it may be kept in another form. */
  constructor(identityOf: (entry: Entry) => Body) {
    this.#identityOf = identityOf
  }

  kept(_slot: Slot, entry: Entry, _page: Sendable, now: number, cacheStatus: string): PageAnswer {
    return this.#answer(entry, servedAt(entry, now, cacheStatus), false)
  }

  rendered(_slot: Slot, entry: Entry, _page: Sendable, now: number, cacheStatus: string): PageAnswer {
    return this.#answer(entry, servedAt(entry, now, cacheStatus), true)
  }

  /** All hits of a second are given one, and so is a crowd that waited. */
  #answer(entry: Entry, fields: readonly Field[], isNew: boolean): PageAnswer {
    return Object.freeze(new KeptAnswer(entry, { fields, body: this.#identityOf(entry), isNew, asCame: true }))
  }

  asCame(_slot: Slot, response: UnkeptResponse, cacheStatus: string): PageAnswer {
    return forwarded(response, endToEndFields(response.fields), cacheStatus)
  }

  /** What a purge has hit while it was made: for those who had come before it. */
  unkept(_slot: Slot, entry: Entry, cacheStatus: string): PageAnswer {
    const { status, body, storedAt } = entry
    return { kind: 'answer', status, fields: servedAt(entry, storedAt, cacheStatus), body, shared: false, asCame: true }
  }

  /** As it came, framing and all: whoever asked first would be given no other. */
  streamed(slot: Slot, { response }: StreamedPage, _now: number, cacheStatus: string): PageAnswer {
    return this.asCame(slot, response, cacheStatus)
  }

  own(slot: Slot, response: UnkeptResponse, reason: UnshareableReason): PageAnswer {
    return this.asCame(slot, response, forwardedStatus('miss', { status: response.status, detail: reason }))
  }

  /** The app's own failure. Those who only followed are not given the cookies of whoever led. */
  failed(response: UnkeptResponse, o: Pick<FailureDetails, 'reason' | 'collapsed'>): PageAnswer {
    const { reason: detail, collapsed } = o
    const fields = endToEndFields(response.fields).filter(([name]) => !(collapsed && name === 'set-cookie'))
    return forwarded(response, fields, forwardedStatus('miss', { status: response.status, collapsed, detail }))
  }
}

/** That it may be sent on encoded is said here, and not kept: with a field that the app has not sent, the page that a 304 is about would vary by it. */
function servedAt(entry: Entry, now: number, cacheStatus: string): readonly Field[] {
  const { storedAt: receivedAt } = entry
  const fields = isEncodable(entry) ? withAddedVary(entry.fields) : entry.fields
  const served = isOriginEntry(entry) ? servedFields({ fields, receivedAt }, entry.origin, now) : fields
  return Object.freeze([...served, ['cache-status', cacheStatus] as const])
}

function forwarded(
  { status, body, fields: said }: UnkeptResponse,
  fields: readonly Field[],
  cacheStatus: string,
): PageAnswer {
  // What was decoded on its way has another length than it says.
  const isMeasured = body instanceof Uint8Array || fieldValue(said, 'content-encoding') === undefined
  const sent = isMeasured ? fields : fields.filter(([name]) => name !== 'content-length')
  return { kind: 'answer', status, fields: [...sent, ['cache-status', cacheStatus]], body, shared: false, asCame: true }
}
