import { SsrCacheError } from '../errors.ts'
import type { Generation } from '../store/entry.ts'
import { InvalidationIndex } from '../store/invalidation-index.ts'
import type { InvalidationLog, LogTail, Target } from '../store/store.ts'
import { namesPage } from '../store/target.ts'
import { andThen, isLater } from './later.ts'
import type { TimeLimit } from './time-limit.ts'

/** This process' view of the invalidation log: it follows, asks what it missed, and dates pages. */
export class News {
  readonly index: InvalidationIndex = new InvalidationIndex()
  readonly #log: InvalidationLog
  readonly #limit: TimeLimit
  readonly #failed: (error: unknown) => void
  readonly #unfollow: () => void

  constructor(log: InvalidationLog, o: { readonly limit: TimeLimit; readonly failed: (error: unknown) => void }) {
    this.#log = log
    this.#limit = o.limit
    this.#failed = o.failed
    this.#unfollow = log.follow((news) => this.take(news))
    this.#catchUp()
  }

  /** Takes in news that was pushed, or that came with a read from `since`. */
  take(news: LogTail | 'cut', since?: Generation): void {
    if (!this.index.apply(news, since)) this.#catchUp()
  }

  /** Reads what is missing. Until it is there, nothing counts as valid. */
  #catchUp(): void {
    const since = this.index.head
    const failed = (error: unknown): void => this.#failed(error)
    try {
      const read = andThen(this.#log.read(since), (tail) => void this.index.apply(tail, since))
      if (read instanceof Promise) read.catch(failed)
    } catch (error) {
      failed(error)
    }
  }

  /** One record, whatever it hits; resolved when this process knows it too. */
  async append(
    targets: readonly Target[],
    o: { readonly hard: boolean; readonly settleMs: number },
  ): Promise<Generation> {
    try {
      const at = await this.#log.append(targets, o)
      const since = this.index.head
      if (since.epoch !== at.epoch || since.position < at.position) this.take(await this.#log.read(since), since)
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
      const { records, head } = isLater(read) ? await this.#limit.of(read) : read
      if (records === 'too-many' || head.epoch !== generation.epoch) return generation.position
      const first = records.find(({ position, targets }) => {
        return position > generation.position && targets.some((target) => namesPage(target, url, tags))
      })
      return first?.position ?? generation.position
    } catch (error) {
      this.#failed(error)
      return generation.position
    }
  }

  close(): void {
    this.#unfollow()
  }
}
