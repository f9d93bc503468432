import { seenByHead } from '../origin/freshening.ts'
import { isOriginEntry, responseOf } from '../origin/instants.ts'
import { errorStatus } from '../rules/error-status.ts'
import { isKept } from '../rules/freshness.ts'
import { outcomeOf } from '../rules/outcome.ts'
import { isFailureStatus, type Unshareable } from '../rules/storable.ts'
import { type Entry, isPacked } from '../store/entry.ts'
import type { Now } from '../store/store.ts'
import { discard } from './collect.ts'
import type { Claim, Finish, Flight, Flights, UnkeptResponse } from './flight.ts'
import type { Written } from './guarded-store.ts'
import type { Keeper, Kept } from './kept.ts'
import { type KeyEndParts, KeyEnds } from './key-ends.ts'
import type { Keyed } from './keyed.ts'
import { isLater } from './later.ts'
import type { Lives } from './lives.ts'
import type { OriginAsk } from './origin-ask.ts'
import { canBeValidated, givenByApp, isReplacedByKept } from './origin-landing.ts'
import { type Given, type Made, PageMaker, type PageMakerParts, type Refused } from './page-maker.ts'
import { PageWriting, type PageWritingParts, type Write } from './page-writing.ts'
import type { Attempt, OpenPage } from './render-run.ts'
import { RenderTelling, type RenderTellingParts } from './render-telling.ts'
import type { Run } from './run.ts'
import { vouchedPage } from './vouched-page.ts'

/** What landings need from the rest of the engine. */
export interface LandingParts extends PageMakerParts, PageWritingParts, KeyEndParts, RenderTellingParts {
  readonly keeper: Keeper
  readonly flights: Flights
  readonly lives: Lives
  /** Told of each page that is kept. */
  readonly onStored: (slot: Keyed, entry: Entry) => void
}

type Passing = Extract<Attempt, { kind: 'passing' }>

/** Of a page that a record may have named of which nobody here has heard: it goes out for the grace, to all who waited. */
const UNTOLD = Number.POSITIVE_INFINITY

const TOO_LARGE: Unshareable = Object.freeze({ kind: 'unshareable', reason: 'too-large' })

/** RFC 9110 13.2.1; where the app's own fields decide, whatever it has given a validator. */
function canBeAskedAbout(entry: Entry): boolean {
  return isOriginEntry(entry) ? canBeValidated(entry) : entry.status === 200 || entry.status === 203
}

/** The 4xx that an error carries, as http-errors and frameworks write it; 429 is trouble, and no answer. */
function refusalStatus(error: unknown): number | undefined {
  const code = errorStatus(error)
  return code < 500 && code !== 429 ? code : undefined
}

/** What the end of a render does to its key: keep the page, let the key rest, or mark it. */
export class Landing {
  readonly #o: LandingParts
  readonly #pages: PageMaker
  readonly #writing: PageWriting
  readonly #ends: KeyEnds
  readonly #telling: RenderTelling

  constructor(parts: LandingParts) {
    this.#o = parts
    this.#pages = new PageMaker(parts)
    this.#writing = new PageWriting(parts)
    this.#ends = new KeyEnds(parts)
    this.#telling = new RenderTelling(parts)
  }

  /**
   * The kept page that a render which begins now may vouch for: a success (RFC 9110 13.2.1) that may still be served, whose bytes are at hand, and of which no
   * record says that its data had perhaps not arrived.
   */
  vouchable(slot: Keyed, { view, past, revision }: Kept, now: number): Entry | undefined {
    const known = view ?? past
    if (slot.isValue === true || known === undefined) return undefined
    const { keeper, news } = this.#o
    const { entry } = known
    if (isPacked(entry) || !canBeAskedAbout(entry)) return undefined
    const kept = keeper.at(slot, known, revision, now)
    if ((kept.view ?? kept.past) === undefined) return undefined
    return news.index.isSettling(slot.url, entry) ? undefined : entry
  }

  /** No place was free: counts as a failure where an old page stands in, so that the next visitors do not queue for nothing; unless nobody waited for one to the end. */
  turnedAway(flight: Flight, claim: Claim, kept: Kept): Finish {
    if (kept.view === undefined || flight.isForsaken) this.#ends.free(flight, claim)
    else this.#ends.rest(flight, claim)
    const { news, clock } = this.#o
    this.#telling.ended({ flight, begun: { generation: news.index.head, at: clock.now() } }, { outcome: 'turned-away' })
    return { kind: 'turned-away' }
  }

  /** A fault of our own on the way: the key must not stay taken. */
  broken(flight: Flight, claim: Claim, error: unknown): Finish {
    this.#ends.rest(flight, claim)
    return { kind: 'thrown', error }
  }

  /** The page, or why it is none for all, by its head and first bytes. */
  judgedSoFar(run: Run, { status, fields, body, notes, receivedAt }: OpenPage): Made | Refused {
    return this.#pages.make(run, { response: { status, fields, body: body.soFar, isOpen: true }, notes, receivedAt })
  }

  /** `verdict`: why a page that passes through is not gathered. */
  async land(run: Run, attempt: Attempt, verdict: Unshareable = TOO_LARGE): Promise<Finish> {
    this.#telling.rendered(run)
    switch (attempt.kind) {
      case 'declined':
        // Each visit of the old page would start the next refresh in vain.
        if (run.flight.background) this.#ends.rest(run.flight, run.claim)
        else this.#ends.free(run.flight, run.claim)
        this.#telling.ended(run, { outcome: 'declined' })
        return attempt
      case 'thrown':
        return this.#thrown(run, attempt.error)
      case 'deadline':
        this.#fail(run, attempt.kind, attempt.error)
        return attempt
      case 'passing':
        return this.#passing(run, attempt, verdict)
      case 'whole':
        if (run.origin !== undefined) {
          if (run.origin.request.method === 'HEAD') await this.#seenByHead(run, run.origin, attempt)
          return this.#judged(run, givenByApp(run, attempt))
        }
        return attempt.response.status === 304 ? this.#vouched(run, attempt) : this.#judged(run, attempt)
    }
  }

  /** An error that carries a 4xx is the app's answer, as Express has it: told to everyone, and no reason to keep a page that is gone. */
  async #thrown(run: Run, error: unknown): Promise<Finish> {
    // What a load throws is often somebody else's answer, and never the app's to a visitor; who has half a page has another answer already.
    const isAnswered = run.flight.opening !== undefined
    const status = run.flight.slot.isValue === true || isAnswered ? undefined : refusalStatus(error)
    if (status === undefined) {
      this.#fail(run, 'thrown', error)
      return { kind: 'thrown', error }
    }
    const state = this.#stateNow(run)
    const isGone = status === 404 || status === 410
    const stays = run.flight.isSolo || (!isGone && (state === 'fresh' || state === 'stale'))
    if (!stays) await this.#writing.drop(run)
    if (stays) this.#ends.rest(run.flight, run.claim)
    else this.#ends.free(run.flight, run.claim)
    this.#telling.ended(run, { outcome: 'failed', reason: `status-${status}` })
    return { kind: 'refused', error }
  }

  /** The page that the render vouched for is the page that it gave, but for one that was purged meanwhile: nobody is given that any more. */
  async #vouched(run: Run, { response, notes, receivedAt }: Given): Promise<Finish> {
    const { flight, begun } = run
    const before = run.before as Entry // no other render's 304 comes here
    const dated = { tags: before.tags, generation: begun.generation, renderStartedAt: begun.at }
    if (this.#o.news.index.verdict(flight.slot.url, dated).kind === 'absent') return this.#superseded(run)
    return this.#judged(run, { response: vouchedPage(before, response.fields), notes, receivedAt, before })
  }

  /** What the app says to a HEAD, it says of the page that a GET would be given (RFC 9111 4.3.5). The answer itself is its visitor's. */
  async #seenByHead(run: Run, origin: OriginAsk, { response, notes, receivedAt }: Given): Promise<void> {
    const entry = (run.kept.view ?? run.kept.past)?.entry
    if (entry === undefined) return
    const { status, fields } = response
    const seen = seenByHead(responseOf(entry), { status, fields, requestedAt: run.begun.at, receivedAt })
    if (seen.kind === 'outdated') await this.#writing.drop(run)
    // Of what is packed the bytes are not at hand: it is asked for as a whole when it is asked for next.
    if (seen.kind !== 'freshened' || isPacked(entry)) return
    const asGet = { ...run, origin: { ...origin, request: { ...origin.request, method: 'GET' } } }
    const freshened = { status, fields: seen.response.fields, body: entry.body }
    const made = this.#pages.make(asGet, { response: freshened, notes, receivedAt, before: entry })
    if (made.kind === 'made') await this.#writing.inTime(run, (await this.#writing.begin(asGet, made, entry)).written)
    else await this.#writing.drop(run)
  }

  async #judged(run: Run, given: Given): Promise<Finish> {
    const made = this.#pages.make(run, given)
    return made.kind === 'made' ? this.#keep(run, made, given) : this.#unkept(run, given.response, made)
  }

  /** A page that a purge has hit meanwhile is given to its callers and not kept. */
  async #keep(run: Run, made: Made, { before, response }: Given): Promise<Finish> {
    const { entry } = made
    const { slot: asked } = run.flight
    const { news, clock } = this.#o
    const isLasting = isKept(clock.now(), entry)
    // Nobody is to have it later, and the page before it is no longer true.
    if (!isLasting) await this.#writing.drop(run)
    const worth = isLasting && news.index.verdict(asked.url, entry).kind !== 'absent'
    const write = worth ? await this.#writing.begin(run, made, before) : { slot: asked, written: 'refused' as const }
    const { slot } = write
    const isTold = this.#isTold(run, write.written)
    const written = await this.#writing.waitedFor(run, write.written, before !== undefined)
    const unkept = run.origin === undefined ? entry : response
    if (worth && written === 'refused') return this.#unkept(run, unkept, TOO_LARGE)
    if (before !== undefined && this.#isGone(slot, entry, written)) return this.#superseded(run)
    if (written === undefined) this.#goOn(run, entry, { ...write, unkept })
    else this.#end(run, slot, entry, written)
    const hitAt = (await isTold) ? await this.#hitAt(slot, entry) : UNTOLD
    // What the app vouched for is given as it is kept; anything else was meant for whoever asked first, to the last field.
    const asCame = run.origin === undefined || before !== undefined ? undefined : response
    const stored = written === 'stored'
    return { kind: 'page', entry, slot, asCame, stored, hitAt, isFound: false }
  }

  /** A page that another process has rendered and kept. */
  async found(slot: Keyed, entry: Entry): Promise<Finish> {
    const hitAt = await this.#hitAt(slot, entry)
    return { kind: 'page', entry, slot, asCame: undefined, stored: true, hitAt, isFound: true }
  }

  /**
   * Whether it is known here what was appended until now. Elsewhere that may have been done a moment ago, so that the log is asked beside a write that takes its
   * time, and nobody is told of a page for longer than the log would have it.
   */
  #isTold({ flight }: Run, written: Now<Written>): Now<boolean> {
    return !isLater(written) || flight.isUnawaited || this.#o.news.ask(flight.budget)
  }

  /** The page goes out, and its flight and lease stay until it is written. */
  #goOn(run: Run, entry: Entry, { slot, written, unkept }: Write & { readonly unkept: UnkeptResponse }): void {
    const { background, flights } = this.#o
    const { flight } = run
    flight.landed = entry
    const end = async (): Promise<void> => {
      const late = await written
      flights.remove(flight)
      if (late === 'refused') await this.#unkept(run, unkept, TOO_LARGE)
      else this.#end(run, slot, entry, late)
    }
    background.track(end())
  }

  /** The page is written, or not. */
  #end(run: Run, slot: Keyed, entry: Entry, written: Written): void {
    this.#ends.settle(run, written === 'failed')
    // From here on nobody joins, and whoever has is looked after by the flight's end.
    this.#o.flights.remove(run.flight)
    if (run.kept.view !== undefined) this.#o.lives.ended(slot.route.name, run.kept.view)
    if (written === 'stored') this.#o.onStored(slot, entry)
    this.#telling.ended(run, { outcome: written === 'stored' ? 'stored' : 'shared' })
  }

  /** Whether a purge has come while the page was written, or a newer page stands in its place. */
  #isGone({ url }: Keyed, entry: Entry, written: Written | undefined): boolean {
    return written === 'superseded' || this.#o.news.index.verdict(url, entry).kind === 'absent'
  }

  /**
   * What the render vouched for must not come back, nor stand in for what has come in its place. It goes, if it is still there: what was said of it only now may
   * have been purged.
   */
  async #superseded(run: Run): Promise<Finish> {
    await this.#writing.drop(run)
    this.#ends.settle(run, false)
    this.#telling.ended(run, { outcome: 'superseded' })
    return { kind: 'superseded' }
  }

  /** Asked after the write: whoever joined while it was under way may have come after a record that names the page. */
  #hitAt({ url }: Keyed, entry: Entry): Now<number | undefined> {
    const { news } = this.#o
    if (news.index.verdict(url, entry).kind === 'valid') return undefined
    return news.firstHit(url, entry.tags, entry.generation)
  }

  async #unkept(run: Run, response: UnkeptResponse, verdict: Refused): Promise<Finish> {
    const { reason } = verdict
    // Where the app's own fields decide, what it says otherwise is true of the kept page no longer (RFC 9111 4.3.3).
    const outcome = outcomeOf(verdict, run.origin === undefined ? this.#stateNow(run) : 'none')
    if (run.flight.background) discard(response.body)
    if (verdict.kind === 'unshareable' && outcome.kind === 'own') {
      await this.#own(run, verdict, outcome.mark)
      return { kind: 'own', response, verdict }
    }
    this.#fail(run, reason)
    return { kind: 'failed', response, reason }
  }

  /** A failure is everybody's, and its body can be read once: what is too large to be kept goes without. */
  #passing(run: Run, { response, running }: Passing, verdict: Unshareable): Promise<Finish> {
    void running.ended.then((broken) => broken !== undefined && this.#telling.brokenOff(run, broken.error))
    const isFailure = run.origin === undefined ? isFailureStatus(response.status) : isReplacedByKept(run, response)
    if (!isFailure) return this.#unkept(run, response, verdict)
    discard(response.body)
    const bodiless = { ...response, body: new Uint8Array() }
    return this.#unkept(run, bodiless, { kind: 'failure', reason: `status-${response.status}` })
  }

  #stateNow({ flight, kept: { view, revision } }: Run): Kept['state'] {
    const { keeper, clock } = this.#o
    return view === undefined ? 'none' : keeper.at(flight.slot, view, revision, clock.now()).state
  }

  #fail(run: Run, reason: string, error: unknown = reason): void {
    this.#ends.rest(run.flight, run.claim)
    this.#telling.ended(run, { outcome: 'failed', reason })
    this.#telling.failed(run, error)
  }

  /** Somebody's own: the old page stays while it may be served and the key rests; otherwise it goes, and the key is marked. */
  async #own(run: Run, verdict: Unshareable, mark: boolean): Promise<void> {
    const { flight, claim } = run
    if (mark && !flight.isSolo) {
      await this.#writing.mark(run, verdict.reason)
      this.#ends.free(flight, claim)
    } else {
      this.#ends.rest(flight, claim)
    }
    this.#telling.unshareable(run, verdict)
  }
}
