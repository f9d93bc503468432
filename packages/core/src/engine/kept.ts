import { LRUCache } from 'lru-cache'
import type { KeptState } from '../rules/decide.ts'
import { pageState, seenAt } from '../rules/freshness.ts'
import type { Entry, Mark, Names } from '../store/entry.ts'
import type { Verdict } from '../store/invalidation-index.ts'
import type { Found, StoreKey } from '../store/store.ts'
import type { Keyed } from './keyed.ts'
import type { News } from './news.ts'

/** What is known of a kept page beyond its bytes; lives as long as the store keeps it. */
export interface View {
  /** Whose view it is. */
  readonly keeper: object
  /** What the store gave, and the same as it is seen. */
  readonly given: Entry
  readonly entry: Entry
  /** What stands for the write that it was read from, if the store says so. */
  readonly write: object | undefined
  /** The log's word, and the version of the log's view that it was asked at. */
  verdict: Verdict
  version: number
  /** The answer of its last hit. */
  hit: Hit | undefined
}

/** An answer that is the same for every hit from `from` to `until`, as long as the log has no news. */
export interface Hit {
  /** Whose answer it is; `undefined`: everybody's. */
  readonly slot: Keyed | undefined
  /** The version of the log's view that it was made at. */
  readonly version: number
  readonly from: number
  readonly until: number
  /** From here on a visit may start a refresh ahead. */
  readonly calmUntil: number
  readonly answer: unknown
}

/** What is kept under a key, looked at at one instant. */
export interface Kept {
  readonly state: KeptState
  /** The page, in whatever state; `undefined` where there is none that may ever be served. */
  readonly view: View | undefined
  /** The page, past all of its windows: it may only be validated, or stand in for an app that cannot be reached. Where the app's own fields decide. */
  readonly past?: View
  /** Why the key is marked, if it is. */
  readonly reason?: string
  /**
   * Why a page that is fresh as far as is known counts as stale: the log's word did not come (`unread`), or does not come any more, and the page is older
   * than that (`cut`).
   */
  readonly doubt?: 'unread' | 'cut'
  /** Of whatever the store has. */
  readonly revision: string | undefined
}

/** When a page from the future was seen first. */
interface Sighting extends Pick<Entry, 'storedAt' | 'token'> {
  readonly at: number
}

// Of other nodes whose clocks are ahead.
const MOST_SIGHTINGS = 10_000

/** Valid as far as is known: what goes out says no more than the grace. */
const SETTLING: Verdict = Object.freeze({ kind: 'valid', settling: true })

const NONE: Kept = Object.freeze({ state: 'none', view: undefined, revision: undefined })

/** A mark from the future (a clock that was set back) has no first sight to count from, and is of little worth: it is over. */
function isMarking({ storedAt, deleteAt }: Mark, now: number): boolean {
  return now >= storedAt && now < deleteAt
}

/** Names lie where a page would lie that varies by nothing: here is none. */
function noPage(value: Mark | Names, revision: string | undefined, now: number): Kept {
  if (value.kind === 'names' || !isMarking(value, now)) return { ...NONE, revision }
  return { state: 'marked', view: undefined, reason: value.reason, revision }
}

function isOutlasting({ entry, verdict }: View, now: number): boolean {
  return entry.origin !== undefined && verdict.kind !== 'absent' && now < entry.deleteAt
}

/** Looks at what a store gave, by time and by the invalidation log. */
export class Keeper {
  /** Stands on views in place of the keeper: a store that outlives a cache must not keep all of it. */
  readonly #self = {}
  readonly #news: News
  readonly #graceMs: number
  readonly #views = new WeakMap<Entry, View>()
  /** By key id. */
  readonly #sightings = new LRUCache<string, Sighting>({ maxSize: MOST_SIGHTINGS, sizeCalculation: () => 1 })

  /** `graceMs`: for how long a page is fresh that was rendered while nobody tells of invalidations. */
  constructor(news: News, graceMs: number) {
    this.#news = news
    this.#graceMs = graceMs
  }

  look(key: StoreKey, { value, revision, margin, write, tail, isNear }: Found, now: number): Kept {
    if (value === undefined) return NONE
    if (value.kind !== 'page') return noPage(value, revision, now)
    const view = this.view(key, value, now, write)
    if (margin !== undefined) margin.note = view
    const kept = this.at(key, view, revision, now)
    if (tail !== 'unread') return kept
    const doubted = kept.state === 'fresh' ? this.#doubted(view, revision, now) : kept
    // What a shared store gives itself is never fresh without its log's word.
    return doubted.state === 'fresh' && isNear !== true ? { state: 'stale', view, revision, doubt: 'unread' } : doubted
  }

  /** The same page at another instant: lifetimes run out, and records arrive, while somebody waits. */
  at(key: StoreKey, view: View, revision: string | undefined, now: number): Kept {
    this.#renew(key, view)
    if (view.verdict.kind === 'unproven') return this.#doubted(view, revision, now)
    const state = pageState(view.entry, view.verdict, now)
    if (state !== 'expired') return { state, view, revision }
    return this.#over(view, revision, now)
  }

  /**
   * A page that nothing is known against, where that is not enough. While the log is cut off, what was rendered since is fresh for the grace, so that a page is
   * rendered once in it; what is older is stale as long as it would have been fresh, whatever its windows are. Where the log is only late, the page is not
   * rendered for that.
   */
  #doubted(view: View, revision: string | undefined, now: number): Kept {
    const { entry } = view
    const state = pageState(entry, SETTLING, now)
    if (state !== 'fresh') return state === 'expired' ? this.#over(view, revision, now) : { state, view, revision }
    const cutAt = this.#news.cutAt(now)
    if (cutAt === undefined) return { state: 'stale', view, revision, doubt: 'unread' }
    if (entry.renderStartedAt < cutAt || now >= entry.storedAt + this.#graceMs)
      return { state: 'stale', view, revision, doubt: 'cut' }
    // Another view: what is said of the page while it is in doubt must not be said of it afterwards.
    return { state, view: { ...view, write: undefined, verdict: SETTLING, hit: undefined }, revision }
  }

  #over(view: View, revision: string | undefined, now: number): Kept {
    return isOutlasting(view, now)
      ? { state: 'expired', view: undefined, past: view, revision }
      : { state: 'expired', view: undefined, revision }
  }

  /** What is known of a value that was looked at before, where the store has room for it. */
  seen({ value, margin }: Found): View | undefined {
    const note = margin?.note as View | undefined // or somebody else's, who is another keeper
    return note?.keeper === this.#self && note.given === value ? note : undefined
  }

  /** One view per page; a page from the future counts from first sight, and again if the clock is set back further. */
  view(key: StoreKey, entry: Entry, now: number, write?: object): View {
    const known = this.#views.get(entry)
    if (known !== undefined && known.entry.storedAt <= now) return known
    const made = this.viewOnce(key, entry, now, write)
    this.#views.set(entry, made)
    return made
  }

  /** The same of a page that was rendered a moment ago. What a store gives of it is mostly a copy, so nothing is remembered: a WeakMap takes as long as the rest of this. */
  viewOnce(key: StoreKey, entry: Entry, now: number, write?: object): View {
    const { index } = this.#news
    const seen = this.#asSeen(key, entry, now)
    const verdict = index.verdict(key.url, seen)
    return {
      keeper: this.#self,
      given: entry,
      entry: seen,
      // From first sight, a page from the future ages by the clock of this process: that is no matter of the write.
      write: seen === entry ? write : undefined,
      verdict,
      version: index.version,
      hit: undefined,
    }
  }

  /** A shared store makes a new object of each read: it must not be the first sight each time, nor when the clock has come to where the page was from. */
  #asSeen({ id }: StoreKey, entry: Entry, now: number): Entry {
    const { storedAt, token } = entry
    const known = this.#sightings.size === 0 ? undefined : this.#sightings.get(id)
    if (known?.storedAt === storedAt && known.token === token && known.at <= now) return seenAt(entry, known.at)
    if (storedAt > now) this.#sightings.set(id, { storedAt, token, at: now })
    return seenAt(entry, now)
  }

  /** The log is asked once per page and piece of news. */
  #renew(key: StoreKey, view: View): void {
    const { index } = this.#news
    if (view.version === index.version) return
    view.verdict = index.verdict(key.url, view.entry)
    view.version = index.version
  }
}
