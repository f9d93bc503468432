import type { Clock } from '../clock.ts'
import { SsrCacheError } from '../errors.ts'
import type { Generation } from '../store/entry.ts'
import type { InvalidationIndex } from '../store/invalidation-index.ts'
import { LogKnowledge } from '../store/log-knowledge.ts'
import type { Found, InvalidationLog, LogTail, Target } from '../store/store.ts'
import { namesPage } from '../store/target.ts'
import { isLater } from './later.ts'
import type { Budget, TimeLimit } from './time-limit.ts'

/** What news need. */
export interface NewsOptions {
  readonly clock: Clock
  readonly limit: TimeLimit
  readonly failed: (error: unknown) => void
}

/** This process' view of the invalidation log: it follows, asks what it missed, and dates pages. */
export class News {
  readonly index: InvalidationIndex
  readonly #log: InvalidationLog
  readonly #o: NewsOptions
  readonly #knowledge: LogKnowledge
  readonly #unfollow: () => void
  #cutAt: number | undefined

  constructor(log: InvalidationLog, options: NewsOptions) {
    this.#log = log
    this.#o = options
    this.#knowledge = new LogKnowledge(log, options.failed)
    this.index = this.#knowledge.index
    this.#unfollow = log.follow((news) => this.#told(news))
    this.#knowledge.catchUp()
  }

  /** Since when nobody tells what is appended (epoch milliseconds, never after `now`); `undefined` where somebody does. */
  cutAt(now: number): number | undefined {
    // A clock that was set back must not put the cut into the future: nothing would be rendered since.
    if (this.#cutAt !== undefined) this.#cutAt = Math.min(this.#cutAt, now)
    return this.#cutAt
  }

  /** Takes in what a read brought along that asked from `since`, the very object that `index.head` gave. */
  heard(tail: Found['tail'], since: Generation): void {
    this.#knowledge.heard(tail, since)
  }

  /** Asks what was appended until now, elsewhere too, which may not have been told here yet. Gives whether the log said so in time. */
  async ask(budget: Budget): Promise<boolean> {
    if (budget.isOver) return false
    const since = this.index.head
    try {
      const read = this.#log.read(since)
      this.heard(isLater(read) ? await this.#o.limit.of(read, budget) : read, since)
      return true
    } catch (error) {
      this.#o.failed(error)
      return false
    }
  }

  #told(news: LogTail | 'cut'): void {
    if (news !== 'cut') this.#cutAt = undefined
    else this.#cutAt ??= this.#o.clock.now()
    this.#knowledge.told(news)
  }

  /** One record, whatever it hits; resolved when this process knows it too. */
  async append(
    targets: readonly Target[],
    o: { readonly hard: boolean; readonly settleMs: number },
  ): Promise<Generation> {
    try {
      const at = await this.#log.append(targets, o)
      const since = this.index.head
      if (since.epoch !== at.epoch || since.position < at.position) this.heard(await this.#log.read(since), since)
      return at
    } catch (cause) {
      throw new SsrCacheError(
        'ERR_SSR_CACHE_STORE',
        `${o.hard ? 'purge' : 'invalidate'} must reach the invalidation log, and the log does not say that it did. Call it again when the store answers: twice does no harm.`,
        { cause },
      )
    }
  }

  /**
   * The position of the first record since `generation` that names the page: who came after it must not be given that page. What cannot be told, or read,
   * counts as hit from the beginning.
   */
  async firstHit(url: string, tags: readonly string[], generation: Generation): Promise<number> {
    try {
      const read = this.#log.read(generation)
      const { records, head } = isLater(read) ? await this.#o.limit.of(read) : read
      if (records === 'too-many' || head.epoch !== generation.epoch) return generation.position
      const first = records.find(({ position, targets }) => {
        return position > generation.position && targets.some((target) => namesPage(target, url, tags))
      })
      return first?.position ?? generation.position
    } catch (error) {
      this.#o.failed(error)
      return generation.position
    }
  }

  close(): void {
    this.#unfollow()
  }
}
