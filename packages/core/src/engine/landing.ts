import type { Clock } from '../clock.ts'
import type { PageNotes } from '../context/page-context.ts'
import { errorStatus } from '../rules/error-status.ts'
import { isKept } from '../rules/freshness.ts'
import { outcomeOf } from '../rules/outcome.ts'
import { lifetimesOf, settling } from '../rules/policy.ts'
import {
  isFailureStatus,
  judge,
  type StorablePolicy,
  type Unshareable,
  type Verdict,
  type WholeResponse,
} from '../rules/storable.ts'
import { type Entry, type Generation, olderGeneration } from '../store/entry.ts'
import type { Now, Precondition } from '../store/store.ts'
import type { Clearance } from './clearance.ts'
import { discard } from './collect.ts'
import type { Events, RenderCacheEvents } from './events.ts'
import type { Claim, Finish, Flight, Flights, UnkeptResponse } from './flight.ts'
import type { GuardedStore } from './guarded-store.ts'
import type { Keeper, Kept } from './kept.ts'
import type { Keyed } from './keyed.ts'
import type { Lives } from './lives.ts'
import { makeEntry } from './make-entry.ts'
import type { News } from './news.ts'
import type { Attempt } from './render-run.ts'
import type { Rests } from './rests.ts'
import type { Stats } from './stats.ts'

/** Hit-for-miss lasts this long. */
const MARK_MS = 120_000

/** Every shared render is given the Host of its key, and the same Accept: what its page says of them it cannot have from a visitor. */
const SAME_FOR_ALL: readonly string[] = ['accept', 'host']

/** When a render began, by the log and by the clock. */
export interface Begun {
  readonly generation: Generation
  readonly at: number
}

/** What landings need from the rest of the engine. */
export interface LandingParts {
  readonly clock: Clock
  readonly store: GuardedStore
  readonly news: News
  readonly keeper: Keeper
  readonly clearance: Clearance
  readonly flights: Flights
  readonly rests: Rests
  readonly events: Events
  readonly stats: Stats
  readonly lives: Lives
  readonly build: string
  readonly staleMaxAge: number
  readonly maxTags: number
  /** Headers, lower case, that the key holds. */
  readonly keyedHeaders: readonly string[]
}

/** A render that has been begun, with everything that its end needs to know. */
export interface Run {
  readonly flight: Flight
  readonly claim: Claim
  /** What was kept when it took off. */
  readonly kept: Kept
  readonly begun: Begun
}

type RenderEvent = RenderCacheEvents['render'][0]
type Refused = Exclude<Verdict, { kind: 'shareable' }>

const TOO_LARGE: Unshareable = Object.freeze({ kind: 'unshareable', reason: 'too-large' })

/** Over what a page may be written: never over one of a newer generation, and never over another's that was rendered later. */
function precondition({ claim, kept, begun: { generation } }: Run): Precondition {
  if (claim.kind === 'leased') return { notNewerThan: generation, token: claim.token }
  // Without the lease service nothing tells renders of one generation apart.
  if (claim.kind === 'unleased') return { notNewerThan: generation }
  // The first of those who render side by side ends the mark.
  return kept.revision === undefined ? { absent: true } : { revision: kept.revision }
}

/** The 4xx that an error carries, as http-errors and frameworks write it; 429 is trouble, and no answer. */
function refusalStatus(error: unknown): number | undefined {
  const code = errorStatus(error)
  return code < 500 && code !== 429 ? code : undefined
}

/** What the end of a render does to its key: keep the page, let the key rest, or mark it. */
export class Landing {
  readonly #o: LandingParts

  constructor(parts: LandingParts) {
    this.#o = parts
  }

  /** No place was free: counts as a failure where an old page stands in, so that the next visitors do not queue for nothing. */
  turnedAway(flight: Flight, claim: Claim, kept: Kept): Finish {
    if (kept.view === undefined) this.#o.clearance.release(flight, claim)
    else this.#rest(flight, claim)
    const { news, clock } = this.#o
    this.#tell({ flight, begun: { generation: news.index.head, at: clock.now() } }, { outcome: 'turned-away' })
    return { kind: 'turned-away' }
  }

  /** A fault of our own on the way: the key must not stay taken. */
  broken(flight: Flight, claim: Claim, error: unknown): Finish {
    this.#rest(flight, claim)
    return { kind: 'thrown', error }
  }

  async land(run: Run, attempt: Attempt): Promise<Finish> {
    this.#o.stats.render(run.flight.slot.route.name)
    switch (attempt.kind) {
      case 'declined':
        // Each visit of the old page would start the next refresh in vain.
        if (run.flight.background) this.#rest(run.flight, run.claim)
        else this.#o.clearance.release(run.flight, run.claim)
        this.#tell(run, { outcome: 'declined' })
        return attempt
      case 'thrown':
        return this.#thrown(run, attempt.error)
      case 'deadline':
        this.#fail(run, attempt.kind, attempt.error)
        return attempt
      case 'too-large':
        return this.#tooLarge(run, attempt.response)
      case 'whole':
        return this.#judged(run, attempt.response, attempt.notes)
    }
  }

  /** An error that carries a 4xx is the app's answer, as Express has it: told to everyone, and no reason to keep a page that is gone. */
  async #thrown(run: Run, error: unknown): Promise<Finish> {
    // What a load throws is often somebody else's answer, and never the app's to a visitor.
    const status = run.flight.slot.isValue === true ? undefined : refusalStatus(error)
    if (status === undefined) {
      this.#fail(run, 'thrown', error)
      return { kind: 'thrown', error }
    }
    const state = this.#stateNow(run)
    const stays = status !== 404 && status !== 410 && (state === 'fresh' || state === 'stale')
    if (!stays) await this.#drop(run)
    if (stays) this.#rest(run.flight, run.claim)
    else this.#o.clearance.release(run.flight, run.claim)
    this.#tell(run, { outcome: 'failed', reason: `status-${status}` })
    return { kind: 'refused', error }
  }

  async #judged(run: Run, response: WholeResponse, notes: PageNotes): Promise<Finish> {
    const { slot } = run.flight
    const tags = [...new Set([...slot.route.tags, ...notes.tags])]
    const verdict = judge(response, this.#policy(slot, notes, tags.length))
    if (verdict.kind !== 'shareable') return this.#unkept(run, response, verdict)
    return this.#keep(run, this.#entry(run, { ...response, fields: verdict.fields }, notes, tags))
  }

  #policy({ route, url, canonicalTarget }: Keyed, notes: PageNotes, tagCount: number): StorablePolicy {
    const { maxTags, keyedHeaders } = this.#o
    const { types, setCookie } = route
    const varyCovered = new Set([
      ...SAME_FOR_ALL,
      ...keyedHeaders,
      ...route.ignoreVary.map((name) => name.toLowerCase()),
    ])
    return { url, canonicalTarget, types, setCookie, varyCovered, maxTags, tagCount, isPrivate: notes.isPrivate }
  }

  #entry({ flight, claim, begun }: Run, response: WholeResponse, notes: PageNotes, tags: readonly string[]): Entry {
    const { clock, build, news, staleMaxAge } = this.#o
    const { route, url } = flight.slot
    const lifetimes = lifetimesOf(response.status, route, notes.said)
    const generation = olderGeneration(begun.generation, notes.generation ?? begun.generation)
    const dated = { tags, generation, renderStartedAt: begun.at }
    const word = news.index.verdict(url, dated)
    const soon = word.kind === 'valid' && word.settling
    return makeEntry({
      ...response,
      ...dated,
      build,
      token: claim.kind === 'leased' ? claim.token : 0n,
      storedAt: clock.now(),
      lifetimes: soon ? settling(lifetimes, staleMaxAge) : lifetimes,
      limits: notes.limits,
    })
  }

  /** Written before anybody is answered; a page that a purge has hit meanwhile is given to its callers and not kept. */
  async #keep(run: Run, entry: Entry): Promise<Finish> {
    const { slot } = run.flight
    const { news, clock, store } = this.#o
    const isLasting = isKept(clock.now(), entry)
    // Nobody is to have it later, and the page before it is no longer true.
    if (!isLasting) await this.#drop(run)
    const worth = isLasting && news.index.verdict(slot.url, entry).kind !== 'absent'
    const written = worth ? await store.set(slot, entry, precondition(run)) : 'refused'
    if (worth && written === 'refused') return this.#unkept(run, entry, TOO_LARGE)
    this.#settle(run, written === 'failed')
    // From here on nobody joins, and whoever has is looked after below.
    this.#o.flights.remove(run.flight)
    if (run.kept.view !== undefined) this.#o.lives.ended(slot.route.name, run.kept.view)
    this.#tell(run, { outcome: written === 'stored' ? 'stored' : 'shared' })
    const hitAt = await this.#hitAt(slot, entry)
    return { kind: 'page', entry, stored: written === 'stored', hitAt, followed: undefined }
  }

  /** Asked after the write: whoever joined while it was under way may have come after a record that names the page. */
  #hitAt({ url }: Keyed, entry: Entry): Now<number | undefined> {
    const { news } = this.#o
    if (news.index.verdict(url, entry).kind === 'valid') return undefined
    return news.firstHit(url, entry.tags, entry.generation)
  }

  /** A page that could not be written would be rendered for every visitor, so its key rests like one that failed. */
  #settle({ flight, claim }: Run, failed: boolean): void {
    if (failed) {
      this.#rest(flight, claim)
    } else {
      this.#endRest(flight, claim)
      this.#o.clearance.release(flight, claim)
    }
  }

  #endRest(flight: Flight, claim: Claim): void {
    const { rests, clock, clearance } = this.#o
    const { id } = flight.slot
    if (claim.kind === 'alone' && rests.until(id, clock.now()) > 0) clearance.endRest(flight)
    rests.forget(id)
  }

  #rest(flight: Flight, claim: Claim): void {
    const { rests, clock, clearance } = this.#o
    clearance.release(flight, claim, rests.fail(flight.slot.id, clock.now()))
  }

  async #unkept(run: Run, response: UnkeptResponse, verdict: Refused): Promise<Finish> {
    const { reason } = verdict
    const outcome = outcomeOf(verdict, this.#stateNow(run))
    if (run.flight.background) discard(response.body)
    if (verdict.kind === 'unshareable' && outcome.kind === 'own') {
      await this.#own(run, verdict, outcome.mark)
      return { kind: 'own', response, verdict }
    }
    this.#fail(run, reason)
    return { kind: 'failed', response, reason }
  }

  /** A failure is everybody's, and its body can be read once: what is too large to be kept goes without. */
  #tooLarge(run: Run, response: UnkeptResponse): Promise<Finish> {
    if (!isFailureStatus(response.status)) return this.#unkept(run, response, TOO_LARGE)
    discard(response.body)
    const bodiless = { ...response, body: new Uint8Array() }
    return this.#unkept(run, bodiless, { kind: 'failure', reason: `status-${response.status}` })
  }

  #stateNow({ flight, kept: { view, revision } }: Run): Kept['state'] {
    const { keeper, clock } = this.#o
    return view === undefined ? 'none' : keeper.at(flight.slot, view, revision, clock.now()).state
  }

  #fail(run: Run, reason: string, error: unknown = reason): void {
    const { slot, background } = run.flight
    this.#rest(run.flight, run.claim)
    this.#tell(run, { outcome: 'failed', reason })
    this.#o.events.emit('failure', { route: slot.route.name, url: slot.url, error, background })
  }

  /** Somebody's own: the old page stays while it may be served and the key rests; otherwise it goes, and the key is marked. */
  async #own(run: Run, verdict: Unshareable, mark: boolean): Promise<void> {
    const { flight, claim } = run
    const { slot } = flight
    if (mark) {
      await this.#mark(run, verdict.reason)
      this.#o.clearance.release(flight, claim)
    } else {
      this.#rest(flight, claim)
    }
    const { kind, ...why } = verdict
    this.#tell(run, { outcome: 'own', reason: why.reason }, why.culprit)
    this.#o.events.emit('unshareable', { route: slot.route.name, url: slot.url, ...why })
  }

  /** Only the page that was seen: a fresher one may have come meanwhile. */
  async #drop({ flight, kept: { revision } }: Run): Promise<void> {
    if (revision !== undefined) await this.#o.store.delete(flight.slot, { revision })
  }

  async #mark(run: Run, reason: string): Promise<void> {
    const { flight, begun } = run
    const { store, clock } = this.#o
    const now = clock.now()
    await this.#drop(run)
    const { generation } = begun
    const mark = { kind: 'mark', reason, generation, token: 0n, storedAt: now, deleteAt: now + MARK_MS } as const
    await store.set(flight.slot, mark, { absent: true })
  }

  #tell(
    { flight: { slot, background }, begun }: Pick<Run, 'flight' | 'begun'>,
    o: Pick<RenderEvent, 'outcome' | 'reason'>,
    culprit?: string,
  ): void {
    const { events, clock, stats } = this.#o
    // A visitor who waits is told, and counted, by the answer.
    if (background && o.reason !== undefined) stats.reason(slot.route.name, o.reason, culprit)
    if (events.listenerCount('render') === 0) return
    const durationMs = clock.now() - begun.at
    events.emit('render', { route: slot.route.name, url: slot.url, background, durationMs, ...o })
  }
}
