import type { Sendable } from '../rules/downstream.ts'
import type { Entry } from '../store/entry.ts'
import type { UnkeptResponse } from './flight.ts'
import type { Keyed } from './keyed.ts'
import type { Body } from './plan.ts'
import type { Serves, StreamedPage } from './serves.ts'

/** What the engine has for one who asked for a value. */
export type ServedValue =
  /** Kept, or shared with all who waited. */
  | { readonly kind: 'shared'; readonly entry: Entry }
  /** The asker's alone. */
  | { readonly kind: 'own'; readonly body: Body; readonly reason: string }
  /** Not to be had now. */
  | { readonly kind: 'turned-away'; readonly reason: string }

/** An entry is all that the answer of a hit is. */
const NO_ANSWER: ServedValue = Object.freeze({ kind: 'turned-away', reason: 'no bytes' })

/** Serves values: no field goes out with them, so what counts is the entry. */
export const valueService: Serves<Keyed, ServedValue> = {
  kept: (_key: Keyed, entry: Entry, _page: Sendable) => ({ kind: 'shared', entry }),
  withoutBytes: () => NO_ANSWER,
  again: (_served: ServedValue, entry: Entry) => ({ kind: 'shared', entry }),
  rendered: (_key: Keyed, entry: Entry, _page: Sendable) => ({ kind: 'shared', entry }),
  unkept: (_key: Keyed, entry: Entry) => ({ kind: 'shared', entry }),
  asCame: (_key: Keyed, { body }: UnkeptResponse) => ({ kind: 'own', body, reason: 'as-came' }),
  streamed: (_key: Keyed, { response: { body } }: StreamedPage) => ({ kind: 'own', body, reason: 'streamed' }),
  own: (_key: Keyed, { body }: UnkeptResponse, reason: string) => ({ kind: 'own', body, reason }),
  failed: (_key: Keyed, _response: UnkeptResponse, { reason }: { readonly reason: string }) => ({
    kind: 'turned-away',
    reason,
  }),
  thrown: () => undefined,
  turnedAway: (_key: Keyed, reason: string) => ({ kind: 'turned-away', reason }),
  unrendered: () => ({ kind: 'turned-away', reason: 'strategy' }),
  declined: () => ({ kind: 'turned-away', reason: 'declined' }),
  inForm: (_key: Keyed, served: ServedValue) => served,
}
