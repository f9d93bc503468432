import type { Entry } from '../store/entry.ts'
import type { Now, Precondition } from '../store/store.ts'
import type { Background } from './background.ts'
import type { GuardedStore, Written } from './guarded-store.ts'
import type { Keyed } from './keyed.ts'
import { isLater } from './later.ts'
import type { Made } from './page-maker.ts'
import type { Run } from './run.ts'
import type { TimeLimit } from './time-limit.ts'
import { VariantNames, type VariantNamesParts } from './variant-names.ts'
import type { Writes } from './writes.ts'

/** Hit-for-miss lasts this long. */
const MARK_MS = 120_000

/** What writing pages needs from the rest of the engine. */
export interface PageWritingParts extends VariantNamesParts {
  readonly store: GuardedStore
  readonly writes: Writes
  /** Whether a page is written before those who waited are given it, or behind them. */
  readonly write: 'before' | 'behind'
  /** How long they wait for the store. */
  readonly limit: TimeLimit
  readonly background: Background
}

/** A page on its way to the store. */
export interface Write {
  readonly slot: Keyed
  readonly written: Now<Written>
}

/** Over what a page may be written: never over one of a newer generation, and never over another's that was rendered later. */
function precondition({ claim, kept, begun: { generation } }: Run, before: Entry | undefined): Precondition {
  if (claim.kind === 'leased') return { notNewerThan: generation, token: claim.token }
  // Without the lease service nothing tells renders of one generation apart, and a page that is only vouched for is the older one.
  if (claim.kind === 'unleased' && before === undefined) return { notNewerThan: generation }
  // The first of those who render side by side ends the mark.
  return kept.revision === undefined ? { absent: true } : { revision: kept.revision }
}

/** The same for a key of which nothing was known when the render began. */
function elsewhere({ claim, begun: { generation } }: Run): Precondition {
  return claim.kind === 'leased' ? { notNewerThan: generation, token: claim.token } : { notNewerThan: generation }
}

/** What a render does to the store: writes its page, removes the one before it, marks its key; in the time that whoever waits for it has. */
export class PageWriting {
  readonly #o: PageWritingParts
  readonly #names: VariantNames

  constructor(parts: PageWritingParts) {
    this.#o = parts
    this.#names = new VariantNames(parts)
  }

  /** Begins to write the page where it belongs: under the key of its flight, unless it varies by request fields that this key does not hold. */
  async begin(run: Run, { entry, vary }: Pick<Made, 'entry' | 'vary'>, before: Entry | undefined): Promise<Write> {
    const { writes } = this.#o
    const { flight, origin } = run
    const { slot: asked } = flight
    const span = flight.isUnawaited ? 'ample' : flight.budget
    const place = origin && (await this.#names.place(asked, entry, { vary, origin, span }))
    const slot = place?.slot ?? asked
    if (place?.isKnown === false) return { slot, written: 'failed' }
    if (slot.id === asked.id) return { slot, written: writes.begin(slot, entry, precondition(run, before)) }
    // Nobody finds it any more.
    await this.drop(run)
    return { slot, written: writes.begin(slot, entry, elsewhere(run)) }
  }

  /** What came of the write, if that is known before anybody is answered. What a render has only vouched for may have been purged: that is waited for. */
  waitedFor(run: Run, written: Now<Written>, isVouched: boolean): Now<Written | undefined> {
    const waits = this.#o.write === 'before' || isVouched || run.flight.isUnawaited
    return waits || !isLater(written) ? this.inTime(run, written) : undefined
  }

  /** What whoever waits for the page waits for, as long as they have time for the store; it goes on without them. */
  async inTime<T>({ flight }: Run, work: Now<T>): Promise<T | undefined> {
    if (!isLater(work) || flight.isUnawaited) return work
    const { background, limit } = this.#o
    background.track(work)
    return flight.budget.isOver ? undefined : limit.of(work, flight.budget).catch(() => undefined)
  }

  /** Only the page that was seen: a fresher one may have come meanwhile. */
  async drop(run: Run): Promise<void> {
    await this.inTime(run, this.#dropped(run))
  }

  /** Nobody's answer is for others: for a while, those who come render side by side. */
  async mark(run: Run, reason: string): Promise<void> {
    await this.inTime(run, this.#marked(run, reason))
  }

  async #dropped({ flight, kept: { revision } }: Run): Promise<void> {
    if (revision !== undefined) await this.#o.store.delete(flight.slot, { revision })
  }

  async #marked(run: Run, reason: string): Promise<void> {
    const { flight, begun } = run
    const { store, clock } = this.#o
    const now = clock.now()
    await this.#dropped(run)
    const { generation } = begun
    const mark = { kind: 'mark', reason, generation, token: 0n, storedAt: now, deleteAt: now + MARK_MS } as const
    await store.set(flight.slot, mark, { absent: true })
  }
}
