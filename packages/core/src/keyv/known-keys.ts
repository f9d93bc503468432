import { RecencyMap } from '../store/recency-map.ts'
import type { StoreKey } from '../store/store.ts'
import { namesUrl } from '../store/target.ts'
import { UrlIndex } from '../store/url-index.ts'

const MAX_KEYS = 20_000

/** The keys that were written or read last, by their URL: a database tells nobody what lies in it. */
export class KnownKeys {
  readonly #urls = new UrlIndex()
  readonly #keys = new RecencyMap<StoreKey>({
    maxBytes: Number.POSITIVE_INFINITY,
    maxEntries: MAX_KEYS,
    onEvict: (id, { url }) => this.#urls.remove(url, id),
  })

  add({ id, full, url, variant }: StoreKey): void {
    if (this.#keys.get(id) !== undefined) return
    this.#keys.set(id, { id, full, url, variant }, 0)
    this.#urls.add(url, id)
  }

  remove({ id, url }: StoreKey): void {
    if (this.#keys.delete(id)) this.#urls.remove(url, id)
  }

  /** Those that `url`, absolute or without host, names. */
  named(url: string): readonly StoreKey[] {
    return this.#urls.ids(url).flatMap((id) => {
      const key = this.#keys.peek(id)
      return key !== undefined && namesUrl(url, key.url) ? [key] : []
    })
  }
}
