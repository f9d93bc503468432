import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '../clock.ts'
import type { Target } from '../store/store.ts'
import type { Database } from './database.ts'
import type { Purge } from './earlier-purges.ts'
import { EarlierPurges } from './earlier-purges.ts'
import { Turns } from './turns.ts'

const KEY = 'ssr-cache:purges'
/** With more than this, all that is kept from before the last of them counts as purged for the next process. */
const MAX_PURGES = 1_000
/** Processes that are remembered, the last ones; of older pages, each purge that names them counts. */
const MAX_EPOCHS = 100
/** How far ahead the horizon is set: it is written once in this time, and not with each page. */
const STEP_MS = 86_400_000

/** A purge, and until when a page that it named may still lie in the database. */
interface DatedPurge extends Purge {
  readonly until: number
}

interface Journal {
  /** Part of the name of every page that this journal speaks of. */
  readonly era: string
  /** No page of this era lives longer. Epoch milliseconds. */
  readonly horizon: number
  /** Of the logs of all processes of this era, in their order. */
  readonly epochs: readonly string[]
  readonly purges: readonly DatedPurge[]
}

const target: z.ZodType<Target> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('tag'), tag: z.string() }),
  z.strictObject({ kind: z.literal('url'), url: z.string() }),
  z.strictObject({ kind: z.literal('prefix'), prefix: z.string() }),
  z.strictObject({ kind: z.literal('all') }),
])
const journal: z.ZodType<Journal> = z.strictObject({
  era: z.string(),
  horizon: z.number(),
  epochs: z.array(z.string()),
  purges: z.array(
    z.strictObject({ epoch: z.string(), position: z.int(), targets: z.array(target), until: z.number() }),
  ),
})

/**
 * What was purged, in the database beside the pages: the log is lost with its process, the pages are not, and a purged page must not come back with the next
 * process. Where the journal itself is lost, another era begins, whose pages have other names: what was kept before is never read again, and leaves with its
 * lifetime. What was only invalidated needs no journal: pages of an earlier process are stale anyway.
 */
export class PurgeJournal {
  readonly #database: Database
  readonly #clock: Clock
  readonly #turns = new Turns()
  #known: Journal = { era: '', horizon: Number.NEGATIVE_INFINITY, epochs: [], purges: [] }

  constructor(database: Database, clock: Clock) {
    this.#database = database
    this.#clock = clock
  }

  /** Empty before `open`. */
  get era(): string {
    return this.#known.era
  }

  /** Before the first page is read or written by the process whose log has this epoch. Gives what was purged before it, as long as a page of then may be there. */
  async open(epoch: string): Promise<EarlierPurges> {
    await this.#change((before) => ({ ...before, epochs: [...before.epochs, epoch].slice(-MAX_EPOCHS) }))
    return new EarlierPurges(this.#known.epochs, this.#known.purges)
  }

  /** Before a page is written that lives until `instant`. */
  async reach(instant: number): Promise<void> {
    if (instant <= this.#known.horizon) return
    await this.#change((before) => ({ ...before, horizon: Math.max(before.horizon, instant + STEP_MS) }))
  }

  /** Resolves when the next process would know it, too. */
  async add(purge: Purge): Promise<void> {
    await this.#change((before) => {
      const dated = { ...purge, until: before.horizon }
      if (before.purges.length < MAX_PURGES) return { ...before, purges: [...before.purges, dated] }
      return { ...before, purges: [{ ...dated, targets: [{ kind: 'all' }] }] }
    })
  }

  #change(change: (before: Journal) => Journal): Promise<void> {
    return this.#turns.take(KEY, async () => {
      const now = this.#clock.now()
      const after = change(livingPart(await this.#read(now), now))
      // It must outlive the pages, and need not live longer: without them there is nothing that it could hide.
      await this.#database.set(KEY, JSON.stringify(after), after.horizon + STEP_MS - now)
      this.#known = after
    })
  }

  async #read(now: number): Promise<Journal> {
    const text = await this.#database.get(KEY)
    return (typeof text === 'string' ? parsed(text) : undefined) ?? newEra(now)
  }
}

function newEra(now: number): Journal {
  return { era: randomBytes(6).toString('base64url'), horizon: now, epochs: [], purges: [] }
}

function livingPart(before: Journal, now: number): Journal {
  const purges = before.purges.filter(({ until }) => now < until)
  return { ...before, horizon: Math.max(before.horizon, now), purges }
}

function parsed(text: string): Journal | undefined {
  try {
    return journal.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
