import { isSsrCacheError } from '../errors.ts'
import type { VisitorRequest } from '../request.ts'
import type { Wanted } from '../rules/accept-encoding.ts'
import { forwardedStatus } from '../rules/cache-status.ts'
import type { Sendable } from '../rules/downstream.ts'
import type { Reason } from '../rules/reason.ts'
import type { UnshareableReason } from '../rules/storable.ts'
import type { Entry } from '../store/entry.ts'
import type { Now } from '../store/store.ts'
import { type Answers, KeptAnswer } from './answers.ts'
import type { Encodings } from './encodings.ts'
import type { UnkeptResponse } from './flight.ts'
import type { OriginAnswers } from './origin-answers.ts'
import type { Answer } from './plan.ts'
import type { FailureDetails, Serves, StreamedPage } from './serves.ts'
import type { Slot } from './slots.ts'
import type { Asker, StandIns } from './stand-ins.ts'

/** What goes out, by who decides on the route's pages, we or the app's own fields; and in the form that its visitor wants. */
export class AnswersByMode implements Serves<Slot, Answer> {
  readonly #policy: Answers
  readonly #origin: OriginAnswers
  readonly #encodings: Encodings
  readonly #standIns: StandIns

  constructor(o: {
    readonly policy: Answers
    readonly origin: OriginAnswers
    readonly encodings: Encodings
    readonly standIns: StandIns
  }) {
    this.#policy = o.policy
    this.#origin = o.origin
    this.#encodings = o.encodings
    this.#standIns = o.standIns
  }

  #of({ route }: Slot): Answers | OriginAnswers {
    return route.origin === undefined ? this.#policy : this.#origin
  }

  kept(slot: Slot, entry: Entry, page: Sendable, now: number, cacheStatus: string): Answer {
    return this.#of(slot).kept(slot, entry, page, now, cacheStatus)
  }

  withoutBytes(answer: Answer): Answer {
    return (answer as KeptAnswer).withoutBytes() // of a hit
  }

  again(answer: Answer, entry: Entry): Answer {
    return (answer as KeptAnswer).of(entry, this.#encodings.identityOf(entry)) // of a hit
  }

  rendered(slot: Slot, entry: Entry, page: Sendable, now: number, cacheStatus: string): Answer {
    return this.#of(slot).rendered(slot, entry, page, now, cacheStatus)
  }

  /** Nothing of policy mode goes out as it came. */
  asCame(slot: Slot, response: UnkeptResponse, cacheStatus: string): Answer {
    return this.#origin.asCame(slot, response, cacheStatus)
  }

  unkept(slot: Slot, entry: Entry, cacheStatus: string): Answer {
    return this.#of(slot).unkept(slot, entry, cacheStatus)
  }

  streamed(slot: Slot, page: StreamedPage, now: number, cacheStatus: string): Answer {
    return this.#of(slot).streamed(slot, page, now, cacheStatus)
  }

  own(slot: Slot, response: UnkeptResponse, reason: UnshareableReason): Answer {
    return this.#of(slot).own(slot, response, reason)
  }

  /** Where the app's own fields decide, so does its own error. */
  failed(slot: Slot, response: UnkeptResponse, { reason, collapsed, visitor }: FailureDetails): Now<Answer> {
    const asCame = (): Answer => this.#of(slot).failed(response, { reason, collapsed })
    if (slot.route.origin !== undefined) return asCame()
    const told = { reason, cacheStatus: forwardedStatus('miss', { collapsed, detail: reason }) }
    return this.#standIns.failed(response, told, askerOf(slot, visitor)) ?? asCame()
  }

  /** Where the app's own fields decide, an answer that broke off, or was none, is a lost connection (RFC 9110 15.6.3). */
  thrown(slot: Slot, error: unknown, o: Omit<FailureDetails, 'reason'>): Now<Answer> | undefined {
    const asker = askerOf(slot, o.visitor)
    const isBroken = isSsrCacheError(error) && error.code === 'ERR_SSR_CACHE_RENDER'
    if (slot.route.origin !== undefined && isBroken) return this.#standIns.unserved(502, 'thrown', asker)
    const { collapsed } = o
    return this.#standIns.thrown(error, forwardedStatus('miss', { collapsed, detail: 'thrown' }), asker)
  }

  /**
   * Who was never let in may come again. Where the app's own fields decide, who has waited for it in vain is told so, as is who wanted no other answer than a kept
   * one (RFC 9110 15.6.5, RFC 9111 5.2.1.7).
   */
  turnedAway(slot: Slot, reason: Reason, visitor: VisitorRequest | undefined): Now<Answer> {
    const isInVain = reason === 'timeout' || reason === 'deadline' || reason === 'only-if-cached'
    const status = slot.route.origin !== undefined && isInVain ? 504 : 503
    return this.#standIns.unserved(status, reason, askerOf(slot, visitor))
  }

  unrendered(slot: Slot, visitor: VisitorRequest | undefined): Now<Answer> {
    return this.#standIns.unrendered(askerOf(slot, visitor))
  }

  declined(): Answer {
    return { kind: 'declined' }
  }

  /** What is kept has forms; anything else goes out as it is. */
  inForm(slot: Slot, answer: Answer, wanted: Wanted | undefined): Now<Answer> {
    return wanted !== undefined && answer instanceof KeptAnswer ? this.#encodings.of(slot, answer, wanted) : answer
  }
}

/** A page is asked for by somebody. */
export function askerOf({ page, route }: Slot, visitor: VisitorRequest | undefined): Asker {
  return { visitor: visitor as VisitorRequest, page, route } // it is `undefined` for values alone
}
