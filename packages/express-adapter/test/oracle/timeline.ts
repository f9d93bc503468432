import type { SteppedClock } from './stepped-clock.ts'

/** How the app is doing. `throws`: its handlers reject; a number: it answers with that status; `empty`: 200 and nothing in it. */
export type Health = 'well' | 'throws' | 'empty' | 500 | 503 | 429

/** Everything beside the request that an answer of an app depends on. Immutable: an edit makes another. */
export interface Scene<Data> {
  readonly data: Data
  readonly health: Health
  /** What the app was built as. */
  readonly build: number
  /** Milliseconds that it takes, after it has read its data. */
  readonly delayMs: number
}

/** A scene at an instant (epoch milliseconds). */
export type Now<Data> = Scene<Data> & { readonly at: number }

/** What an answer says of itself beside what is sent. */
export interface Notes {
  readonly tags: readonly string[]
  /** Seconds; replace the route's. */
  readonly maxAge?: number
  readonly staleWhileRevalidate?: number
  readonly staleIfError?: number
  /** Epoch milliseconds at which it is no longer true. */
  readonly endsAt?: number
  /** One visitor's alone: by what it was made from, or because it says so. */
  readonly personal: boolean
}

/** One run of the cached copy's app: what it was given, and what came of it. Places are in the order of all that happened. */
export interface Run<Data> {
  readonly id: number
  readonly place: number
  readonly now: Now<Data>
  /** Its number among the moments. */
  readonly moment: number
  /** Canonical path and query, as it was asked for. */
  readonly target: string
  /** What is kept under one key has one `key`; `undefined` where it ran for one visitor. */
  readonly key: string | undefined
  /** All that a render for everybody was given; empty where it ran for one visitor. */
  readonly given: string
  /** Its place when it left the answer to the code below. */
  declined?: number
  ended?: {
    readonly place: number
    readonly at: number
    readonly status: number
    /** Nobody had given it up before. */
    readonly isWhole: boolean
    readonly type: string
    readonly isEmpty: boolean
    readonly notes: Notes
  }
}

/** What an invalidation or purge names. */
export interface Named {
  readonly tags?: readonly string[]
  readonly urls?: readonly string[]
  readonly prefix?: string
  readonly all?: true
}

/** One invalidation or purge. */
export interface Removal {
  readonly hard: boolean
  readonly settleMs: number
  readonly named: Named
  readonly calledAt: number
  readonly called: number
  /** Its place once it has resolved. */
  resolved: number
}

/** What both copies of an app have in common: time, data, and the order in which things happened. */
export class Timeline<Data> {
  readonly clock: SteppedClock
  readonly runs: Run<Data>[] = []
  /** Everything that an answer can have been made from. */
  readonly moments: Now<Data>[] = []
  readonly removals: Removal[] = []
  scene: Scene<Data>
  #places = 0

  constructor(data: Data, clock: SteppedClock) {
    this.clock = clock
    this.scene = { data, health: 'well', build: 1, delayMs: 0 }
  }

  get now(): Now<Data> {
    return { ...this.scene, at: this.clock.now() }
  }

  /** Remembers what an answer is, or could be, made from as of now. */
  remember(now: Now<Data> = this.now): number {
    return this.moments.push(now) - 1
  }

  /** The next place in the order of things. Also tells whether anything has happened since. */
  next(): number {
    this.#places++
    return this.#places
  }

  get latest(): number {
    return this.#places
  }

  /** Milliseconds of the app's own work. */
  async work(ms: number): Promise<void> {
    if (ms > 0) await new Promise<void>((resolve) => this.clock.schedule(ms, resolve))
  }
}
