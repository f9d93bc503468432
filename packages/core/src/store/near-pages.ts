import type { Generation, StoredValue } from './entry.ts'
import type { Datable } from './invalidation-index.ts'
import type { LogKnowledge } from './log-knowledge.ts'
import type { MemoryStore } from './memory-store.ts'
import { permits, type Standing } from './precondition.ts'
import type { Found, LogTail, Margin, NearStore, Precondition, StoreKey, Target, WriteResult } from './store.ts'

type ReadOptions = Parameters<NearStore['get']>[1]

/** A question to the store behind, as of the moment when it was asked. */
export interface Question {
  /** From where the log's news were asked for: the very object that the index gave, where that says the same. */
  readonly since: Generation
  readonly removals: number
}

const NOTHING: Found = Object.freeze({})

/** Of what the store behind has never told the revision. */
const OWN_REVISION = 'near '

/**
 * What lies in this process of a shared store, and what the shared log says of it. The memory's own log stays as it was made: what is valid, newer or purged is
 * told by the log of the store behind, which this process knows by `knowledge`; without a log, nothing is said.
 */
export class NearPages implements NearStore {
  readonly #memory: MemoryStore
  /** Nothing is appended to its own log. */
  readonly #memoryHead: Generation
  readonly #knowledge: LogKnowledge | undefined
  /** Whoever asked before one of them must not bring back what it removed. Counted for all keys together: a page that is kept one question later does no harm. */
  #removals = 0
  #revisions = 0

  constructor(memory: MemoryStore, knowledge: LogKnowledge | undefined) {
    this.#memory = memory
    this.#memoryHead = memory.log.head
    this.#knowledge = knowledge
  }

  /** What nothing better can be had for elsewhere: fresh, and valid by a log that has no news since `since`. The same object as long as it is kept. */
  fresh(key: StoreKey, since: Generation, now: number): Found | undefined {
    const found = this.#memory.get(key, { since: this.#memoryHead, now })
    const { value } = found
    if (value === undefined || !isFresh(value, now) || !this.#isProven(since)) return undefined
    return this.#isValid(key, value, found.margin) ? found : undefined
  }

  get(key: StoreKey, { since, now }: ReadOptions): Found {
    const found = this.#here(key, now)
    return found.value === undefined || this.#isProven(since) ? found : { ...found, tail: 'unread', isNear: true }
  }

  set(key: StoreKey, value: StoredValue, o: { readonly if: Precondition }): WriteResult {
    if (!this.#permits(o.if, key) || this.#isPurged(key, value)) return 'superseded'
    return this.#keep(key, value, this.#ownRevision())
  }

  delete(key: StoreKey, o?: { readonly if: Precondition }): boolean {
    this.#removals++
    return (o === undefined || this.#permits(o.if, key)) && this.#memory.delete(key)
  }

  /** At once, and as far as that goes: the log hides the rest. */
  free(targets: readonly Target[]): void {
    this.#removals++
    for (const target of targets) this.#memory.free(target)
  }

  question(since?: Generation): Question {
    const head = this.#knowledge?.index.head
    const isSame = head !== undefined && (since === undefined || isAt(since, head))
    return { since: (isSame ? head : since) ?? NOWHERE, removals: this.#removals }
  }

  /** Takes in what the store behind has answered: the newer of both is kept, and is what is there. */
  learn(key: StoreKey, found: Found, question: Question): Found {
    this.#hear(found.tail, question.since)
    const here = this.#here(key)
    const { value, revision, tail } = found
    // What the store behind has lost may be served as long as its windows are open; whether it is valid is told as ever.
    if (value === undefined) return here.value === undefined ? found : withTail(here, tail)
    if (here.value !== undefined && this.#isAsNew(here, value)) return withTail(here, tail)
    return this.#keepFor(question, key, value, revision) ? withTail(this.#here(key), tail) : found
  }

  /** The store behind has taken a value. */
  written(key: StoreKey, value: StoredValue, question: Question): void {
    if (this.#permits({ notNewerThan: value.generation, token: value.token }, key)) {
      this.#keepFor(question, key, value, this.#ownRevision())
    }
  }

  /** The value that has a revision which the store behind does not know; `undefined` where it is gone. */
  ownValue(key: StoreKey, revision: string): StoredValue | undefined {
    const here = this.#here(key)
    return here.revision === revision ? here.value : undefined
  }

  #here(key: StoreKey, now?: number): Found {
    const found = this.#memory.get(key, { since: this.#memoryHead, ...(now === undefined ? {} : { now }) })
    if (found.value === undefined || !this.#isPurged(key, found.value)) return found
    this.#memory.delete(key)
    return NOTHING
  }

  /** An older value must not be found in the place of one that is too large to lie here. */
  #keep(key: StoreKey, value: StoredValue, revision: string): WriteResult {
    this.#memory.delete(key)
    return this.#memory.set(key, value, { if: { absent: true }, revision })
  }

  #keepFor(question: Question, key: StoreKey, value: StoredValue, revision = this.#ownRevision()): boolean {
    if (question.removals !== this.#removals || this.#isPurged(key, value)) return false
    return this.#keep(key, value, revision) === 'stored'
  }

  #permits(condition: Precondition, key: StoreKey): boolean {
    return permits(condition, standingOf(this.#here(key)), this.#knowledge?.index.head.epoch ?? '')
  }

  #isAsNew(here: Found, value: StoredValue): boolean {
    const standing = standingOf(here)
    if (standing !== undefined && isSameWrite(standing.value, value)) return true
    return !permits(
      { notNewerThan: value.generation, token: value.token },
      standing,
      this.#knowledge?.index.head.epoch ?? '',
    )
  }

  /** Whether nothing that was appended since can have stayed unknown here: somebody tells of it, and nothing is missing. */
  #isProven(since: Generation): boolean {
    const known = this.#knowledge
    return known === undefined || (known.isFollowing && !known.index.isCut && isAt(since, known.index.head))
  }

  /** Noted in the margin: to look into a WeakMap takes as long as the rest of a hit. */
  #isValid(key: StoreKey, value: StoredValue, margin: Margin | undefined): boolean {
    if (this.#knowledge === undefined) return true
    const { index } = this.#knowledge
    if (margin?.validAt === index.version) return true
    if (index.verdict(key.url, datable(value)).kind !== 'valid') return false
    if (margin !== undefined) margin.validAt = index.version
    return true
  }

  #isPurged(key: StoreKey, value: StoredValue): boolean {
    return this.#knowledge?.index.verdict(key.url, datable(value)).kind === 'absent'
  }

  #hear(tail: Found['tail'], since: Generation): void {
    const known = this.#knowledge
    if (known === undefined) return
    known.heard(tail, since)
    const { head } = known.index
    // Whoever asked knows more of the log than was told here.
    if (tail === undefined && (since.epoch !== head.epoch || since.position > head.position)) known.catchUp()
  }

  #ownRevision(): string {
    return `${OWN_REVISION}${++this.#revisions}`
  }
}

/** Whether a revision is one that the store behind does not know. */
export function isOwnRevision(revision: string): boolean {
  return revision.startsWith(OWN_REVISION)
}

/** Whether two values were written by one write, wherever they were read. */
export function isSameWrite(one: StoredValue, other: StoredValue): boolean {
  if (one.kind !== other.kind || one.token !== other.token || one.storedAt !== other.storedAt) return false
  if (!isAt(one.generation, other.generation)) return false
  if (one.kind === 'mark') return true
  if (one.kind === 'names') return other.kind === 'names' && one.names.join() === other.names.join()
  return other.kind === 'page' && one.etag === other.etag && isSameForm(one, other)
}

function isSameForm(
  one: Extract<StoredValue, { kind: 'page' }>,
  other: Extract<StoredValue, { kind: 'page' }>,
): boolean {
  return (
    one.freshUntil === other.freshUntil &&
    one.body.length === other.body.length &&
    one.variants.length === other.variants.length
  )
}

const NOWHERE: Generation = Object.freeze({ epoch: '', position: -1 })

const NO_TAGS: readonly string[] = Object.freeze([])

/**
 * Names end by themselves; the memory keeps nothing past its end. A mark ends when somebody, anywhere, has a page to share, and no record tells of that. Of a
 * page from another node's future nobody knows yet how long it is fresh.
 */
function isFresh(value: StoredValue, now: number): boolean {
  if (value.kind !== 'page') return value.kind === 'names'
  return value.storedAt <= now && now < value.freshUntil
}

function isAt(one: Generation, other: Generation): boolean {
  return one === other || (one.position === other.position && one.epoch === other.epoch)
}

function datable(value: StoredValue): Datable {
  if (value.kind === 'page') return value
  return { tags: NO_TAGS, generation: value.generation, renderStartedAt: value.storedAt }
}

function standingOf({ value, revision }: Found): Standing | undefined {
  return value === undefined || revision === undefined ? undefined : { value, revision }
}

function withTail(found: Found, tail: LogTail | 'unread' | undefined): Found {
  return tail === undefined ? found : { ...found, tail }
}
