import type { Field } from '../fields.ts'
import type { Said } from '../rules/policy.ts'

/** Where an invalidation log stood: which log (`epoch`), and how many records in. Clocks decide lifetimes, never validity. */
export interface Generation {
  readonly epoch: string
  readonly position: number
}

/** Of no log: every record is newer. */
const NOWHERE: Generation = Object.freeze({ epoch: '', position: -1 })

/** The one that counts for what was made from both; of two logs neither can be told to be older. */
export function olderGeneration(one: Generation, other: Generation): Generation {
  if (one.epoch !== other.epoch) return NOWHERE
  return one.position < other.position ? one : other
}

/** One encoded form of the same page. */
export interface EncodedVariant {
  readonly encoding: string
  readonly body: Uint8Array
}

/** What a render said of its page beyond what the page's instants and fields hold: where a later one answers 304, it still stands. */
export interface Remarks extends Said {
  /** The page's own, which the app compares; visitors are given ours. */
  readonly etag?: string
}

/** What an entry has beside the others where the app's own fields decided on it: instants of its life (epoch milliseconds), and what it may be served for. */
export interface OriginMarks {
  /** When it would have been made, had its age only grown since: `now - bornAt` is its Age (RFC 9111 4.2.3). */
  readonly bornAt: number
  /** Until when it may stand in for an app that cannot be reached (RFC 9111 4.2.4). */
  readonly disconnectedUntil: number
  /** Whether a visitor who asks for it may be served it stale (RFC 9111 5.2.1.2). */
  readonly mayBeStale: boolean
  /** Whether it may be sent encoded, which the app has not done: where the option says so. */
  readonly isEncodable: boolean
}

/**
 * A kept page. Instants are epoch milliseconds, fixed when it is written and never moved:
 * `renderStartedAt <= storedAt <= freshUntil <= staleUntil, errorUntil <= deleteAt`. All are half-open: at `now === freshUntil` it is stale.
 */
export interface Entry {
  readonly kind: 'page'
  readonly status: number
  /**
   * End-to-end fields of the page, lower-case names, without Date, Age, Set-Cookie, Cache-Control, Content-Length and ETag. Where `origin` is there: all that
   * may be stored, as they came (RFC 9111 3.1).
   */
  readonly fields: readonly Field[]
  /** As it was rendered; empty where the one form in `variants` is all that is kept. */
  readonly body: Uint8Array
  /** Encoded forms, each at most once. Where there may be some, Vary names Accept-Encoding. */
  readonly variants: readonly EncodedVariant[]
  /** Weak, made from the identity bytes; one for all encodings. Where `origin` is there: the app's own, or empty. */
  readonly etag: string
  readonly tags: readonly string[]
  /** `undefined` where nothing was said. */
  readonly remarks?: Remarks | undefined
  /** The build that rendered it; empty where the app named none. */
  readonly build: string
  /** Where the log stood when the render started. */
  readonly generation: Generation
  /** Fencing token of the lease that it was rendered under. */
  readonly token: bigint
  readonly renderStartedAt: number
  /** When the render ended; lifetimes count from here. */
  readonly storedAt: number
  readonly freshUntil: number
  readonly staleUntil: number
  readonly errorUntil: number
  readonly deleteAt: number
  /** There where the app's own fields decided (origin-driven mode), and only there. */
  readonly origin?: OriginMarks | undefined
}

/** Whether the smallest form is all that is kept of a page. A form is kept only where it is smaller than the page, so a page without bytes has none else. */
export function isPacked({ body, variants }: Entry): boolean {
  return body.length === 0 && variants.length > 0
}

/** Hit-for-miss: this key answered with something unshareable; until `deleteAt` its visitors render side by side, for themselves. */
export interface Mark {
  readonly kind: 'mark'
  readonly reason: string
  readonly generation: Generation
  readonly token: bigint
  readonly storedAt: number
  readonly deleteAt: number
}

/**
 * By which request fields the responses of one URL have been told apart so far (RFC 9111 4.1). It lies where the page of that URL would lie if it varied by
 * nothing; the pages themselves lie under keys that these fields are part of.
 */
export interface Names {
  readonly kind: 'names'
  /** Lower case, in order of the alphabet; each at most once. */
  readonly names: readonly string[]
  /** Of the page that it was written with: names of what is no success are as easily made as that is. */
  readonly status: number
  readonly generation: Generation
  readonly token: bigint
  readonly storedAt: number
  /** As late as the page that is kept for longest under these names. */
  readonly deleteAt: number
}

/** Whatever a store keeps under a key. */
export type StoredValue = Entry | Mark | Names
