import type { Clock } from '../clock.ts'
import type { Generation } from '../store/entry.ts'
import type { Found, Now } from '../store/store.ts'
import type { GuardedStore } from './guarded-store.ts'
import type { Keeper, Kept } from './kept.ts'
import type { Keyed } from './keyed.ts'
import { andThen } from './later.ts'
import type { News } from './news.ts'
import type { Span } from './store-calls.ts'

/** What looking takes. */
export interface LookParts {
  readonly clock: Clock
  readonly store: GuardedStore
  readonly news: News
  readonly keeper: Keeper
}

/** What the store gave, and what that is by time and by the log. */
export interface Look {
  readonly found: Found
  readonly kept: Kept
}

/** Looks at what is kept, and takes the log's news that came along. */
export class Looks {
  readonly #o: LookParts

  constructor(parts: LookParts) {
    this.#o = parts
  }

  /** By what the store gave to whoever asked for the news since `since`. */
  of(slot: Keyed, found: Found, since: Generation, now: number): Kept {
    this.hear(found, since)
    return this.#o.keeper.look(slot, found, now)
  }

  /** The log's news come along with whatever is kept under a key. */
  hear({ tail }: Found, since: Generation): void {
    this.#o.news.heard(tail, since)
  }

  /** By what the store gives now. */
  anew(slot: Keyed, span: Span): Now<Look> {
    const { store, news, clock } = this.#o
    const since = news.index.head
    return andThen(store.get(slot, since, clock.now(), span), (found) => {
      return { found, kept: this.of(slot, found, since, clock.now()) }
    })
  }
}
