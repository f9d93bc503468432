import type { Generation, StoredValue } from './entry.ts'

/** A value now, or later. A store that can answer at once does, and its hits take no promise. */
export type Now<T> = T | Promise<T>

/** What a store keeps a page under. */
export interface StoreKey {
  /** Hash of `full`, 128 bits or more: safe as a key in any store. */
  readonly id: string
  /** The whole key; a store keeps it beside the page and compares it on read, so that a collision is a miss. */
  readonly full: string
  /** Canonical absolute URL of the page, one for all of its variants: what `urls` and `prefix` name. */
  readonly url: string
  /** The part of the key that is not the URL; empty where the URL is the whole key. */
  readonly variant: string
}

/** What a record of the invalidation log names. A URL without host names that path and query on every host. */
export type Target =
  | { readonly kind: 'tag'; readonly tag: string }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'prefix'; readonly prefix: string }
  | { readonly kind: 'all' }

/** One invalidation (soft) or purge (hard): a single record, whatever it hits. */
export interface LogRecord {
  readonly position: number
  readonly targets: readonly Target[]
  readonly hard: boolean
  /** When it was appended, by the clock of the log. Counts for stale windows, never for validity. */
  readonly at: number
  /** Renders that started less than this after `at` may have read old data from replicas. */
  readonly settleMs: number
}

/**
 * The news since a generation. Positions at or below `lowWater` have been trimmed: what is older than it counts as stale; what is older than
 * `purgeLowWater` counts as absent. A log that cannot have lost a purge says -1 there. A generation of another epoch is older than everything.
 *
 * A tail is complete: a record newer than `since` is listed, or stands at or below `lowWater`, a purge at or below `purgeLowWater` too. Where
 * `'too-many'` stands for the records, `lowWater` is therefore the head. A log that may have lost records begins another epoch.
 */
export interface LogTail {
  readonly head: Generation
  readonly records: readonly LogRecord[] | 'too-many'
  readonly lowWater: number
  readonly purgeLowWater: number
}

/** Preconditions of a write. The same token may write again: encodings, a 304. */
export type Precondition =
  | { readonly absent: true }
  | { readonly revision: string }
  | { readonly notNewerThan: Generation; readonly token?: bigint }

/** What a read gives: the value as kept, its revision, and the log's news where there are any. */
export interface Found {
  readonly value?: StoredValue
  readonly revision?: string
  /** `'unread'`: the value came, and the log's word did not in time. Nothing says that the page is valid, and nothing that it is not. */
  readonly tail?: LogTail | 'unread'
  /** It lay in this process, and the rest of the store did not answer. @default false */
  readonly isNear?: boolean
  /** Given again with the same value, by stores that can: what a reader has worked out from it need not be looked for. */
  readonly margin?: Margin
  /**
   * Stands for one write: the same object whenever that is read again, by stores that read a value anew each time and remember some. What a reader has worked out
   * from it, but for its bytes, need not be worked out again.
   */
  readonly write?: object
}

/** Room for one reader's note on one kept value, which is lost with it. Another reader may write over it, so whoever reads must know its own. */
export interface Margin {
  note: unknown
  /** The same for a store that has this one before another: the version of its view of the log at which it found the value valid. */
  validAt?: number | undefined
}

/** `superseded`: the precondition did not hold, or a purge is newer. `refused`: too large, or over already; what stood there stands. */
export type WriteResult = 'stored' | 'superseded' | 'refused'

export interface Held {
  readonly held: true
  /** Fencing token: grows with every lease of this store. */
  readonly token: bigint
  readonly graceUntil: number
}

export interface HeldByAnother {
  readonly held: false
  /** What the other fixed when it took or renewed the lease; `restUntil` where the key only rests. */
  readonly graceUntil: number
  /** Somebody's failure rests this key until then; 0 where it does not rest. */
  readonly restUntil: number
  /** When the other's lease ends unless renewed; 0 where nobody renders and the key only rests. */
  readonly endsAt: number
}

/** Who renders a key, fleet-wide where the store is shared. */
export interface Lease {
  /**
   * `generation` is where the asker knows the log to stand: its render will be no older. A lease that was taken at an older one than `noOlderThan` (the newest
   * record that names the key, @default generation) does not hold the asker up.
   * A key that rests is refused unless `evenIfResting`: no page stands in, so one render is tried for everybody.
   */
  take(
    key: StoreKey,
    o: {
      readonly generation: Generation
      readonly noOlderThan?: Generation
      readonly leaseMs: number
      readonly graceMs: number
      readonly evenIfResting?: boolean
    },
  ): Now<Held | HeldByAnother>
  renew(
    key: StoreKey,
    token: bigint,
    o: { readonly leaseMs: number; readonly graceMs: number },
  ): Now<{ readonly graceUntil: number } | false>
  /**
   * Only after the write, so that whoever is woken finds the page. Never frees another's lease. `restMs` lets the key rest after a failure; without it, an
   * earlier rest ends.
   */
  release(key: StoreKey, token: bigint, o?: { readonly restMs: number }): Now<void>
  /**
   * Resolves as soon as nobody holds the key's lease, or that can no longer be told; early, too, where the store likes: whoever waits asks again. It looks
   * once after it has begun to listen, so that no release is lost in between. A lease that runs out unreleased need not be told: the asker knows its end.
   * Once `signal` is aborted it resolves, and leaves nothing behind. Without it, waiters ask every now and then.
   */
  released?(key: StoreKey, o: { readonly signal: AbortSignal }): Promise<void>
}

/** The invalidation log: ordered by position, not by clocks. */
export interface InvalidationLog {
  append(targets: readonly Target[], o: { readonly hard: boolean; readonly settleMs: number }): Now<Generation>
  read(since: Generation): Now<LogTail>
  /**
   * Calls `on` with each piece of news, and with `'cut'` when news may have been missed, or could not be told for a while; once it follows again, with a tail,
   * though there be no record in it. Gives back the way to stop.
   */
  follow(on: (news: LogTail | 'cut') => void): () => void
}

/** The part of a store that answers at once, whatever becomes of the rest. */
export interface NearStore {
  /** `tail` is `'unread'`, and `isNear` true, where nothing proves that the log has no news. */
  get(key: StoreKey, o: { readonly since: Generation; readonly now?: number }): Found
  set(key: StoreKey, value: StoredValue, o: { readonly if: Precondition }): WriteResult
  delete(key: StoreKey, o?: { readonly if: Precondition }): boolean
}

/**
 * The port that memory, file, Keyv, tiered and Redis all serve: three methods, each with a precondition, that may answer at once.
 * Everything that a store throws or rejects with counts as a miss for pages, and is reported for `invalidate` and `purge`.
 */
export interface Store {
  readonly capabilities: {
    readonly shared: boolean
    readonly persistent: boolean
    readonly lease: boolean
    readonly log: boolean
  }
  /** `now` is what the asker's clock has said, a moment ago at most: a store that answers at once need not ask its own. */
  get(
    key: StoreKey,
    o: { readonly since: Generation; readonly now?: number; readonly signal?: AbortSignal },
  ): Now<Found>
  set(
    key: StoreKey,
    value: StoredValue,
    o: { readonly if: Precondition; readonly signal?: AbortSignal },
  ): Now<WriteResult>
  delete(key: StoreKey, o?: { readonly if: Precondition }): Now<boolean>
  readonly lease?: Lease
  readonly log?: InvalidationLog
  /** The part of it that lies in this process, where there is one: all that is asked and written while the rest does not answer. */
  readonly near?: NearStore
  close?(): Now<void>
}
