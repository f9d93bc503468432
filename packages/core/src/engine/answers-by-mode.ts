import type { Wanted } from '../rules/accept-encoding.ts'
import type { Sendable } from '../rules/downstream.ts'
import type { Reason } from '../rules/reason.ts'
import type { UnshareableReason } from '../rules/storable.ts'
import type { Entry } from '../store/entry.ts'
import type { Now } from '../store/store.ts'
import { type Answers, KeptAnswer } from './answers.ts'
import type { Encodings } from './encodings.ts'
import type { Serves, StreamedPage } from './engine.ts'
import type { UnkeptResponse } from './flight.ts'
import type { OriginAnswers } from './origin-answers.ts'
import type { Answer } from './plan.ts'
import type { Slot } from './slots.ts'

/** What goes out, by who decides on the route's pages, we or the app's own fields; and in the form that its visitor wants. */
export class AnswersByMode implements Serves<Slot, Answer> {
  readonly #policy: Answers
  readonly #origin: OriginAnswers
  readonly #encodings: Encodings

  constructor(o: { readonly policy: Answers; readonly origin: OriginAnswers; readonly encodings: Encodings }) {
    this.#policy = o.policy
    this.#origin = o.origin
    this.#encodings = o.encodings
  }

  #of({ route }: Slot): Answers | OriginAnswers {
    return route.origin === undefined ? this.#policy : this.#origin
  }

  kept(slot: Slot, entry: Entry, page: Sendable, now: number, cacheStatus: string): Answer {
    return this.#of(slot).kept(slot, entry, page, now, cacheStatus)
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

  failed(slot: Slot, response: UnkeptResponse, o: { readonly reason: Reason; readonly collapsed: boolean }): Answer {
    return this.#of(slot).failed(slot, response, o)
  }

  thrown(slot: Slot, error: unknown): Answer | undefined {
    return slot.route.origin === undefined ? undefined : this.#origin.thrown(slot, error)
  }

  turnedAway(slot: Slot, reason: Reason): Answer {
    return this.#of(slot).turnedAway(slot, reason)
  }

  declined(): Answer {
    return this.#policy.declined()
  }

  /** What is kept has forms; anything else goes out as it is. */
  inForm(slot: Slot, answer: Answer, wanted: Wanted | undefined): Now<Answer> {
    return wanted !== undefined && answer instanceof KeptAnswer ? this.#encodings.of(slot, answer, wanted) : answer
  }
}
