import { LRUCache } from 'lru-cache'
import { checkCount, refuseUnknown } from '../option-checks.ts'
import type { Generation } from './entry.ts'
import type { LogRecord, LogTail, Target } from './store.ts'
import { pathEnd, prefixStem, withoutOrigin } from './target.ts'
import { TargetHistory } from './target-history.ts'

/** What the log says of a page. `settling`: a record that names it may not have reached every replica when its render started. */
export type Verdict =
  | { readonly kind: 'valid'; readonly settling: boolean }
  /** Invalidated at this instant, or at one that cannot be told and is not earlier. */
  | { readonly kind: 'stale'; readonly at: number }
  | { readonly kind: 'absent' }
  /** Nothing that is known names it, and news may have been missed. */
  | { readonly kind: 'unproven' }

/** What of a page the log's word depends on; an Entry has it all. */
export interface Datable {
  readonly tags: readonly string[]
  readonly generation: Generation
  readonly renderStartedAt: number
}

/** Options of {@link InvalidationIndex}. */
export interface InvalidationIndexOptions {
  /** Distinct tags, URLs and prefixes that are remembered; the longest unnamed go first. @default 100_000 */
  readonly maxTargets?: number
}

const SETTLED: Verdict = Object.freeze({ kind: 'valid', settling: false })
const SETTLING: Verdict = Object.freeze({ kind: 'valid', settling: true })
const ABSENT: Verdict = Object.freeze({ kind: 'absent' })
const UNPROVEN: Verdict = Object.freeze({ kind: 'unproven' })

/** Before the first position of any log. */
const NOTHING = -1

/**
 * One process' knowledge of the invalidation log: which targets were named last at which position. Asking costs as many look-ups as the page has tags
 * and its path has segments, however many pages and records there are.
 *
 * It may forget, be cut off or find a log that began again. Then pages count as stale, or as absent where a purge may be among what is not known:
 * never as better than the log would say.
 */
export class InvalidationIndex {
  readonly #maxTargets: number
  /** By kind and name. Read without `get`: only being named again keeps a target. */
  #histories: LRUCache<string, TargetHistory>
  #all: TargetHistory | undefined
  /** No longer prefix was named: a path of a thousand slashes costs no more look-ups than any other. */
  #longestStem = NOTHING
  #head: Generation = Object.freeze({ epoch: '', position: NOTHING })
  #version = 0
  /** From the start: nothing has been heard yet. */
  #cut = true
  /** What is older may have been named by a record that is forgotten. */
  #lowWater = NOTHING
  #purgeLowWater = NOTHING
  #knowsPurge = false
  /** Whether a purge was known of a log that is no more: pages of its time may be among the victims. */
  #purgedBefore = false
  /** A render that started before this may have read what a forgotten record had just changed. */
  #forgottenSettleUntil = Number.NEGATIVE_INFINITY
  /** No record that is known settles later. */
  #settleUntil = Number.NEGATIVE_INFINITY

  constructor(options: InvalidationIndexOptions = {}) {
    const { maxTargets = 100_000 } = options
    refuseUnknown('invalidationIndex', options, ['maxTargets'])
    checkCount('invalidationIndex.maxTargets', maxTargets, 1)
    this.#maxTargets = maxTargets
    this.#histories = this.#noHistories()
  }

  /** How far the log is known: what a read asks from, and what a render that starts now is dated with. */
  get head(): Generation {
    return this.#head
  }

  /** Grows with everything that can change a verdict: what was found valid at a version is valid while it lasts. */
  get version(): number {
    return this.#version
  }

  /** Whether news may have been missed, or none came yet. Until a tail closes the gap, nothing counts as valid. */
  get isCut(): boolean {
    return this.#cut
  }

  /** How many targets are remembered. */
  get size(): number {
    return this.#histories.size
  }

  /**
   * Takes in news, pushed or read. For what was read, `since` is the very object that `head` gave when it was asked for: it tells a log that went back from
   * an answer that was overtaken, and an answer from after a cut from one that was already on its way.
   * Gives `false` where news is missing: read the log from `head`, and apply that.
   */
  apply(news: LogTail | 'cut', since?: Generation): boolean {
    if (news === 'cut') return this.#setCut()
    const current = since === undefined || since === this.#head
    if (news.head.epoch !== this.#head.epoch) this.#beginEpoch(news)
    else if (since !== undefined && wentBack(news, since)) this.#goBack(news, since)
    if (this.#lacks(news)) return this.#setCut()
    this.#raise(news)
    this.#learn(news)
    if (current) this.#closeGap()
    return !this.#cut
  }

  /** Whoever asked for the news since `since`, the very object that `head` gave, was told that there are none. */
  confirm(since: Generation): void {
    if (since === this.#head) this.#closeGap()
  }

  /** What the log says of the page that is kept for `url`. */
  verdict(url: string, page: Datable): Verdict {
    const { generation, renderStartedAt } = page
    const foreign = generation.epoch !== this.#head.epoch
    // Older than everything: every record that names it is newer, whatever position another log gave it.
    const position = foreign ? NOTHING : generation.position
    if (position < this.#purgeLowWater || (foreign && this.#purgedBefore)) return ABSENT
    const histories = this.#naming(url, page.tags)
    let staleAt = foreign || position < this.#lowWater ? renderStartedAt : Number.POSITIVE_INFINITY
    for (const history of histories) {
      if (history.purgedAfter(position)) return ABSENT
      staleAt = Math.min(staleAt, history.staleSince(position))
    }
    // Nothing was stale before its render started, even if another node's clock says so.
    if (staleAt < Number.POSITIVE_INFINITY) return { kind: 'stale', at: Math.max(staleAt, renderStartedAt) }
    if (this.#cut) return UNPROVEN
    return this.#isSettling(histories, renderStartedAt) ? SETTLING : SETTLED
  }

  /** Whether the page's render may have read data that were not there yet, though nothing or something else was invalidated since. */
  isSettling(url: string, { tags, renderStartedAt }: Datable): boolean {
    return this.#isSettling(this.#naming(url, tags), renderStartedAt)
  }

  /**
   * The newest generation at which a record named, or may have named, the page at `url` or one of `tags`. A render that started under an older one would be
   * stale on arrival.
   */
  newestNaming(url: string, tags: readonly string[]): Generation {
    let position = Math.max(this.#lowWater, this.#purgeLowWater)
    for (const history of this.#naming(url, tags)) position = Math.max(position, history.position)
    return { epoch: this.#head.epoch, position }
  }

  /** All histories that name the page: `https://h/g/x?q` lies below `/g/x`, `/g` and the root, on its own host and on every host. */
  #naming(url: string, tags: readonly string[]): readonly TargetHistory[] {
    const found: TargetHistory[] = []
    if (this.#all !== undefined) found.push(this.#all)
    if (this.#histories.size === 0) return found
    const place = withoutOrigin(url)
    const origin = url.slice(0, url.length - place.length)
    for (const tag of tags) this.#collect(`tag ${tag}`, found)
    this.#collect(`url ${url}`, found)
    this.#collect(`url ${place}`, found)
    for (const stem of stemsAbove(place, this.#longestStem)) {
      this.#collect(`below ${stem}`, found)
      this.#collect(`below ${origin}${stem}`, found)
    }
    return found
  }

  #collect(key: string, into: TargetHistory[]): void {
    const history = this.#histories.peek(key)
    if (history !== undefined) into.push(history)
  }

  #isSettling(histories: readonly TargetHistory[], renderStartedAt: number): boolean {
    if (renderStartedAt < this.#forgottenSettleUntil) return true
    if (renderStartedAt >= this.#settleUntil) return false
    return histories.some((history) => renderStartedAt < history.settleUntil)
  }

  #setCut(): false {
    if (!this.#cut) this.#version++
    this.#cut = true
    // Another object: answers to what was asked before the cut may be older than what was missed.
    this.#head = Object.freeze({ ...this.#head })
    return false
  }

  #closeGap(): void {
    if (this.#cut) this.#version++
    this.#cut = false
  }

  /** Positions of another epoch say nothing here: of what was known, only "a purge may be among it" stays. */
  #beginEpoch({ head }: LogTail): void {
    this.#forgetAll()
    this.#head = Object.freeze({ epoch: head.epoch, position: NOTHING })
    this.#lowWater = NOTHING
    this.#purgeLowWater = NOTHING
  }

  /** A log that lost its newest records and kept its epoch: whatever is dated by what it was is older than everything to come. */
  #goBack({ head, purgeLowWater }: LogTail, since: Generation): void {
    const beyond = Math.max(this.#head.position, since.position) + 1
    this.#forgetAll()
    this.#head = Object.freeze({ epoch: head.epoch, position: head.position })
    this.#lowWater = Math.max(this.#lowWater, beyond)
    if (this.#purgedBefore || purgeLowWater > NOTHING) this.#purgeLowWater = Math.max(this.#purgeLowWater, beyond)
  }

  #forgetAll(): void {
    this.#purgedBefore ||= this.#purgeLowWater > NOTHING || this.#knowsPurge
    this.#knowsPurge = false
    this.#histories = this.#noHistories()
    this.#all = undefined
    this.#longestStem = NOTHING
    this.#version++
  }

  /** Whether records between what is known and this tail are neither listed nor covered by its marks. */
  #lacks({ records, lowWater, head }: LogTail): boolean {
    const first = records === 'too-many' ? undefined : records[0]
    const before = first === undefined ? head.position : first.position - 1
    return before > Math.max(this.#head.position, lowWater)
  }

  /** The log trimmed records before they were known here. What it trims of the known stays known. */
  #raise({ lowWater, purgeLowWater }: LogTail): void {
    if (lowWater > this.#head.position) this.#lowWater = Math.max(this.#lowWater, lowWater)
    if (purgeLowWater > this.#head.position) this.#purgeLowWater = Math.max(this.#purgeLowWater, purgeLowWater)
  }

  #learn({ records, head }: LogTail): void {
    const known = this.#head.position
    if (records !== 'too-many') {
      for (const record of records) if (record.position > known) this.#learnRecord(record)
    }
    if (head.position <= known) return
    this.#head = Object.freeze({ epoch: head.epoch, position: head.position })
    this.#version++
  }

  #learnRecord(record: LogRecord): void {
    if (record.hard) this.#knowsPurge = true
    if (record.settleMs > 0) this.#settleUntil = Math.max(this.#settleUntil, record.at + record.settleMs)
    for (const target of record.targets) {
      if (target.kind === 'prefix') this.#longestStem = Math.max(this.#longestStem, prefixStem(target.prefix).length)
      if (target.kind === 'all') this.#all = withRecord(this.#all, record)
      else this.#remember(keyOf(target), record)
    }
  }

  #remember(key: string, record: LogRecord): void {
    this.#histories.set(key, withRecord(this.#histories.peek(key), record), { size: 1 })
  }

  /** `maxSize`, unlike `max`, takes no memory ahead. */
  #noHistories(): LRUCache<string, TargetHistory> {
    return new LRUCache({
      maxSize: this.#maxTargets,
      dispose: (history, _, reason) => {
        if (reason === 'evict') this.#forget(history)
      },
    })
  }

  /** Forgetting raises the marks: what the target may have hit counts as hit. */
  #forget({ position, purgePosition, settleUntil }: TargetHistory): void {
    this.#lowWater = Math.max(this.#lowWater, position)
    this.#purgeLowWater = Math.max(this.#purgeLowWater, purgePosition)
    this.#forgottenSettleUntil = Math.max(this.#forgottenSettleUntil, settleUntil)
  }
}

function withRecord(history: TargetHistory = new TargetHistory(), record: LogRecord): TargetHistory {
  history.add(record)
  return history
}

/** No two targets share a key: no kind is the beginning of another. */
function keyOf(target: Exclude<Target, { kind: 'all' }>): string {
  if (target.kind === 'tag') return `tag ${target.tag}`
  return target.kind === 'url' ? `url ${target.url}` : `below ${prefixStem(target.prefix)}`
}

/** `/g/x?q` lies below the root, `/g` and `/g/x`. Stems beyond `longest` are left out. */
function stemsAbove(place: string, longest: number): readonly string[] {
  const end = pathEnd(place)
  const stems: string[] = []
  for (let at = place.indexOf('/'); at >= 0 && at < end && at <= longest; at = place.indexOf('/', at + 1)) {
    stems.push(place.slice(0, at))
  }
  if (end <= longest) stems.push(place.slice(0, end))
  return stems
}

/** Whether the log stands before where it stood when it was asked. */
function wentBack({ head }: LogTail, since: Generation): boolean {
  return head.epoch === since.epoch && head.position < since.position
}
