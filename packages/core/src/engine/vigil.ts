import type { Clock } from '../clock.ts'
import type { Entry } from '../store/entry.ts'
import type { Clearance } from './clearance.ts'
import type { Claim, Flight } from './flight.ts'
import type { Kept } from './kept.ts'
import type { Keyed } from './keyed.ts'
import type { Look, Looks } from './looks.ts'
import type { OriginAsk } from './origin-ask.ts'
import { Budget } from './time-limit.ts'

type Held = Extract<Claim, { kind: 'held' }>

/** How the wait for another process ended. */
export type VigilEnd =
  /** It has rendered the page. */
  | { readonly kind: 'page'; readonly entry: Entry }
  /** It has found out by what the page is to be looked for, or that nobody may share it. */
  | { readonly kind: 'look-again' }
  /** It has failed. */
  | { readonly kind: 'resting'; readonly restUntil: number }
  /** It is gone, or gave its page to nobody: the render is ours. */
  | { readonly kind: 'ours'; readonly claim: Exclude<Claim, Held>; readonly kept: Kept }
  /** Nobody waits any more. */
  | { readonly kind: 'left' }

/** What another process has found out for everybody. */
export type PageOrWay = Extract<VigilEnd, { kind: 'page' | 'look-again' }>

/** Who waits for what, and what was known when the wait began. */
export interface Watch {
  readonly flight: Flight
  readonly kept: Kept
  readonly tags: readonly string[]
  /** The visitor's request, where the app's own fields decide. */
  readonly origin: OriginAsk | undefined
}

/** What keeping vigils takes. */
export interface VigilParts {
  readonly clock: Clock
  readonly clearance: Clearance
  readonly looks: Looks
}

/** Messages get lost, so whoever waits looks every now and then: seldom where the store tells of releases, and often where it does not. */
const POLL_MS = 1_000
const UNTOLD_POLL_MS = 100
/** A store may cry wolf: after each false word it is not listened to for twice as long. */
const FIRST_PAUSE_MS = 25
/** A rest that is told by another clock's leave is the same within this. */
const SAME_REST_MS = 1_000
/** Why a vigil ends for which nobody waits any more. */
const FORSAKEN = Symbol('forsaken')

/** Waits while another process renders a page: for its word, for the end of its lease, and for whoever waits here to leave. */
export class Vigil {
  readonly #o: VigilParts
  readonly #kept = new Set<AbortController>()

  constructor(parts: VigilParts) {
    this.#o = parts
  }

  /** Ends all of them. */
  close(): void {
    for (const leave of this.#kept) leave.abort()
  }

  async keep(watch: Watch, held: Held): Promise<VigilEnd> {
    const { flight } = watch
    flight.generation = held.generation
    const leave = new AbortController()
    flight.withdraw = () => {
      flight.isAbandoned = true
      leave.abort(FORSAKEN)
    }
    if (flight.isAbandoned) leave.abort(FORSAKEN)
    this.#kept.add(leave)
    try {
      const end = await this.#untilOver(watch, held, leave.signal)
      const hasCompany = leave.signal.reason === FORSAKEN && !flight.isAbandoned
      // Whoever has come while a look was under way waits on.
      if (end.kind === 'left' && hasCompany) return await this.keep(watch, held)
      flight.isLeaving = end.kind === 'left'
      return end
    } finally {
      this.#kept.delete(leave)
      leave.abort()
    }
  }

  /** What another process has kept since that look: a fresh page, or by what the page is to be looked for. */
  async keptSince({ flight, kept, origin }: Watch): Promise<PageOrWay | undefined> {
    const look = await this.#o.looks.anew(flight.slot, flight.budget)
    if (isElsewhere(look, origin)) return { kind: 'look-again' }
    const { state, view } = look.kept
    return state === 'fresh' && view !== undefined && isNews(look.kept, kept)
      ? { kind: 'page', entry: view.entry }
      : undefined
  }

  async #untilOver(watch: Watch, first: Held, signal: AbortSignal): Promise<VigilEnd> {
    const wakings = new Wakings(this.#o, watch.flight.slot, signal)
    for (let held = first; ; ) {
      await wakings.next(held.endsAt)
      if (signal.aborted) return { kind: 'left' }
      const end = await this.#look(watch, first)
      if (end.kind !== 'held') return end
      held = end
    }
  }

  async #look({ flight, kept, tags, origin }: Watch, first: Held): Promise<VigilEnd | Held> {
    // Whoever waits here waits for a render: each look may take as long as any.
    flight.budget = new Budget()
    const look = await this.#o.looks.anew(flight.slot, flight.budget)
    if (isElsewhere(look, origin)) return { kind: 'look-again' }
    const { kept: now } = look
    const { view } = now
    if (view !== undefined && isNews(now, kept)) return { kind: 'page', entry: view.entry }
    const claim = await this.#claim(flight, tags, false)
    if (claim.kind !== 'held') return { kind: 'ours', claim, kept: now }
    if (claim.endsAt > 0) return claim
    // Of a rest from before nothing new is known: whoever was to end it has died, and one more is tried for everybody.
    const isOld = view === undefined && Math.abs(claim.restUntil - first.restUntil) < SAME_REST_MS
    if (!isOld) return { kind: 'resting', restUntil: claim.restUntil }
    const again = await this.#claim(flight, tags, true)
    return again.kind === 'held' ? again : { kind: 'ours', claim: again, kept: now }
  }

  /** While the flight waits, whoever comes after a record that names the page must not wait with it: what it waits for is too old. */
  async #claim(flight: Flight, tags: readonly string[], evenIfResting: boolean): Promise<Claim> {
    const claim = await this.#o.clearance.claim(flight, tags, evenIfResting)
    flight.generation = claim.kind === 'held' ? claim.generation : undefined
    return claim
  }
}

/** What wakes one vigil. */
class Wakings {
  readonly #o: VigilParts
  readonly #slot: Keyed
  readonly #signal: AbortSignal
  readonly #pollMs: number
  #word: Promise<true> | undefined
  #pauseMs = 0

  constructor(parts: VigilParts, slot: Keyed, signal: AbortSignal) {
    this.#o = parts
    this.#slot = slot
    this.#signal = signal
    this.#pollMs = parts.clearance.tellsReleases ? POLL_MS : UNTOLD_POLL_MS
  }

  /** By the store's word, at `endsAt`, or after a while. */
  async next(endsAt: number): Promise<void> {
    if (this.#pauseMs > 0 && this.#word === undefined) await this.#sleep(this.#pauseMs)
    this.#word ??= this.#listen()
    const ms = Math.min(this.#pollMs, Math.max(1, endsAt - this.#o.clock.now()))
    const isTold = await this.#either(this.#word, ms)
    if (!isTold) return
    this.#word = undefined
    this.#pauseMs = Math.min(POLL_MS, Math.max(FIRST_PAUSE_MS, this.#pauseMs * 2))
  }

  async #listen(): Promise<true> {
    await this.#o.clearance.released(this.#slot, this.#signal)
    return true
  }

  #sleep(ms: number): Promise<unknown> {
    return this.#either(new Promise<never>(() => {}), ms)
  }

  /** What `word` gives, or false once the time is over or the vigil is. */
  #either(word: Promise<true>, ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (isTold: boolean): void => {
        this.#o.clock.cancel(timer)
        this.#signal.removeEventListener('abort', leave)
        resolve(isTold)
      }
      const leave = (): void => end(false)
      const timer = this.#o.clock.schedule(ms, leave)
      this.#signal.addEventListener('abort', leave)
      void word.then(end)
      if (this.#signal.aborted) leave()
    })
  }
}

/** Whether the page is nobody's to share, or is to be looked for by request fields, which only an app's own Vary names. */
function isElsewhere({ found, kept }: Look, origin: OriginAsk | undefined): boolean {
  return kept.state === 'marked' || (origin !== undefined && found.value?.kind === 'names')
}

/** Whether there is another page than before, or the one before counts again. */
function isNews(now: Kept, before: Kept): boolean {
  const [page, old] = [now.view?.given, before.view?.given]
  if (page?.storedAt !== old?.storedAt || page?.token !== old?.token) return true
  return now.state === 'fresh' && before.state !== 'fresh'
}
