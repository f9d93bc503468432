import { EventEmitter } from 'node:events'
import type { CoverageFinding } from '../key-coverage/advice.ts'
import type { ShortLives } from '../rules/short-life.ts'
import type { Target } from '../store/store.ts'
import type { Lane } from './admission/lane.ts'

/** How a request was answered. */
export type Answered =
  | 'hit'
  | 'stale'
  | 'miss'
  | 'follow'
  | 'alone'
  | 'bypass'
  | 'refused'
  | 'turned-away'
  | 'failed'
  | 'declined'

/** What the cache tells those who listen. Keys in events are hashes; values of cookies never appear. */
export interface RenderCacheEvents {
  /** Every answer, with the reason where it was no hit, and who is to blame for it (a cookie, a header, a parameter). */
  answer: [{ readonly route: string; readonly answered: Answered; readonly reason?: string; readonly culprit?: string }]
  /** Every finished render. `background`: nobody waited for it. `superseded`: it answered 304, and the page had been purged or replaced meanwhile. */
  render: [
    {
      readonly route: string
      readonly url: string
      readonly outcome: 'stored' | 'shared' | 'own' | 'failed' | 'declined' | 'turned-away' | 'superseded'
      readonly reason?: string
      readonly background: boolean
      readonly durationMs: number
    },
  ]
  /** A page that could not be shared, and why: `set-cookie`, `vary`, … with its name. It makes hits impossible, so it is loud. */
  unshareable: [{ readonly route: string; readonly url: string; readonly reason: string; readonly culprit?: string }]
  /**
   * A render that threw, took too long, or answered 5xx or 429; or a route's `tags` that threw. `background`: no visitor is told. `streamed`: it broke off when its
   * page was on its way already, and whoever read it was cut off.
   */
  failure: [
    {
      readonly route: string
      readonly url: string
      readonly error: unknown
      readonly background: boolean
      readonly streamed: boolean
    },
  ]
  /** `invalidate` (`hard: false`) and `purge` (`hard: true`), with what they name; told when the store has recorded it. */
  invalidate: [{ readonly targets: readonly Target[]; readonly hard: boolean }]
  /** In development: a render tried to read what its key does not cover, or the key holds what no render has read; once per name. */
  'key-coverage': [CoverageFinding]
  /** Pages of a route are invalidated again and again, long before they end: a `maxAge` of so many seconds would render them no more often. Once per route. */
  'short-lives': [ShortLives & { readonly route: string }]
  /**
   * Overload has begun (the queue of those who ask in this lane is full, and who comes is turned away until it is half empty) or is over. Lanes are `visitor`,
   * `crawler`, `refresh` and `warm-up`.
   */
  overload: [{ readonly lane: Lane; readonly state: 'begun' | 'over' }]
  /**
   * A render goes on a second after its signal was aborted, so that its place is given to another. `isHeld`: `admission.writeOffLimit` do so already, and its place
   * stays taken until it ends.
   */
  'written-off': [{ readonly route: string; readonly url: string; readonly isHeld: boolean }]
  /** The store failed, or took too long; the request went on without it. Calls that are spared (`store-state`) are not told. */
  'store-error': [{ readonly operation: 'get' | 'set' | 'delete' | 'lease' | 'log'; readonly error: unknown }]
  /**
   * The store no longer answers calls of this kind, so requests are spared them (`open`), one is let through to see whether it does (`half-open`), or it answers
   * again (`closed`). `get` stands for all of the store: while it is open, nothing is asked.
   */
  'store-state': [{ readonly operation: 'get' | 'set' | 'lease'; readonly state: 'open' | 'half-open' | 'closed' }]
}

/** What of a store may fail. */
export type StoreOperation = RenderCacheEvents['store-error'][0]['operation']

/** A typed emitter: node:events, with the events of a render cache. */
export type Events = EventEmitter<RenderCacheEvents>

/** Whether anybody hears of answers: each hit asks, and to look it up in the emitter takes 20 ns. */
export interface Hearing {
  answers: boolean
}

/** All ways by which listeners come and go; the others go by these. */
const CHANGES = ['on', 'addListener', 'prependListener', 'off', 'removeListener', 'removeAllListeners'] as const

/** Keeps `hearing` true to the emitter. */
function watchListeners(events: Events, hearing: Hearing): void {
  for (const name of CHANGES) {
    const change = events[name]
    const watched = (...args: readonly unknown[]): unknown => {
      Reflect.apply(change, events, args)
      hearing.answers = events.listenerCount('answer') > 0
      return events
    }
    Object.assign(events, { [name]: watched })
  }
}

/** Unlike a plain emitter, it lets no listener that throws break off what the cache was doing: `failed` is told instead. */
export function createEvents(failed: (error: unknown) => void, hearing: Hearing): Events {
  const events = new EventEmitter<RenderCacheEvents>()
  const { emit } = events
  const guarded = (...args: readonly unknown[]): boolean => {
    try {
      return Reflect.apply(emit, events, args) as boolean // what emit gives
    } catch (error) {
      failed(error)
      return true
    }
  }
  events.emit = guarded as typeof emit // the same names, with the same arguments
  watchListeners(events, hearing)
  return events
}
