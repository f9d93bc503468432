import type { Generation, InvalidationLog, LogTail, Target } from '@ssr-cache/core/store'
import type { Pages } from './pages.ts'
import type { RedisLog } from './redis-log.ts'

/** The log, whose purges of URLs free the bytes, too. What other purges hide goes when it expires, or when its page is rendered again. */
export class PurgingLog implements InvalidationLog {
  readonly #log: RedisLog
  readonly #pages: Pages

  constructor(log: RedisLog, pages: Pages) {
    this.#log = log
    this.#pages = pages
  }

  async append(
    targets: readonly Target[],
    o: { readonly hard: boolean; readonly settleMs: number },
  ): Promise<Generation> {
    const urls = o.hard ? targets.filter((target) => target.kind === 'url').map(({ url }) => url) : []
    const generation = await this.#log.append(targets, o)
    this.#pages.heardOf(generation)
    // The record alone hides them: that their bytes could not be freed is no failure of the purge.
    await Promise.allSettled(urls.map((url) => this.#pages.purge(url, generation)))
    return generation
  }

  async read(since: Generation): Promise<LogTail> {
    const tail = await this.#log.read(since)
    this.#pages.heardOf(tail.head)
    return tail
  }

  follow(on: (news: LogTail | 'cut') => void): () => void {
    return this.#log.follow((news) => {
      if (news !== 'cut') this.#pages.heardOf(news.head)
      on(news)
    })
  }
}
