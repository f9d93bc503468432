import type { VisitorRequest } from '../request.ts'
import type { Wanted } from '../rules/accept-encoding.ts'
import type { Sendable } from '../rules/downstream.ts'
import type { Reason } from '../rules/reason.ts'
import type { UnshareableReason } from '../rules/storable.ts'
import type { Entry } from '../store/entry.ts'
import type { Now } from '../store/store.ts'
import type { Answered } from './events.ts'
import type { UnkeptResponse } from './flight.ts'
import type { Keyed } from './keyed.ts'

/** A page that goes out while it is rendered, to one of those who read it. */
export interface StreamedPage {
  /** As it came. */
  readonly response: UnkeptResponse
  /** As it may be kept, by its head. */
  readonly entry: Entry
  /** What it may be kept for downstream; `undefined`: not at all. */
  readonly page: Sendable | undefined
}

/** A failure, and who is told of it. */
export interface FailureDetails {
  readonly reason: Reason
  /** The visitor only followed. */
  readonly collapsed: boolean
  /** A value is asked for by none. */
  readonly visitor: VisitorRequest | undefined
}

/** What comes out for those who asked: fields and bytes for a visitor, or what a value was kept as. */
export interface Serves<Key extends Keyed, Out> {
  /** What is kept, as `page` says that it may be kept downstream. But for a redirect, the same for all slots of one key. */
  kept(slot: Key, entry: Entry, page: Sendable, now: number, cacheStatus: string): Out
  /** The answer of a hit, but for the page's bytes: what `again` takes. */
  withoutBytes(out: Out): Out
  /** The same answer with the bytes of `entry`, which was read from the same write. */
  again(out: Out, entry: Entry): Out
  /** The same for those who waited for its render. */
  rendered(slot: Key, entry: Entry, page: Sendable, now: number, cacheStatus: string): Out
  /** What whoever led is given as it came, where the app's own fields decide; the page made of it is kept for all. */
  asCame(slot: Key, response: UnkeptResponse, cacheStatus: string): Out
  /** What is shared with all who waited and kept by nobody. */
  unkept(slot: Key, entry: Entry, cacheStatus: string): Out
  /** A page whose end nobody has seen. */
  streamed(slot: Key, streamed: StreamedPage, now: number, cacheStatus: string): Out
  /** One visitor's alone. */
  own(slot: Key, response: UnkeptResponse, reason: UnshareableReason): Out
  /** A failure as it came, or what stands in for it. */
  failed(slot: Key, response: UnkeptResponse, o: FailureDetails): Now<Out>
  /** What a render threw, where that has an answer of its own; `undefined`: it is thrown on. */
  thrown(slot: Key, error: unknown, o: Omit<FailureDetails, 'reason'>): Now<Out> | undefined
  turnedAway(slot: Key, reason: Reason, visitor: VisitorRequest | undefined): Now<Out>
  /** In place of a page that nobody is to render. */
  unrendered(slot: Key, visitor: VisitorRequest | undefined): Now<Out>
  declined(): Out
  /** What comes out, in the form that is wanted. */
  inForm(slot: Key, out: Out, wanted: Wanted | undefined): Now<Out>
}

/** Counts an answer, and tells of it. */
export type Told<Key extends Keyed> = (slot: Key, answered: Answered, reason?: string, culprit?: string) => void
