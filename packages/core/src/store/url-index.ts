import { withoutOrigin } from './target.ts'

/** Which ids are kept for a path and query, whatever their host and variant. As large as what is kept. */
export class UrlIndex {
  readonly #ids = new Map<string, Set<string>>()

  add(url: string, id: string): void {
    const place = withoutOrigin(url)
    const ids = this.#ids.get(place)
    if (ids === undefined) this.#ids.set(place, new Set([id]))
    else ids.add(id)
  }

  remove(url: string, id: string): void {
    const place = withoutOrigin(url)
    const ids = this.#ids.get(place)
    if (ids?.delete(id) && ids.size === 0) this.#ids.delete(place)
  }

  /** Ids that `url`, absolute or without host, may name: those of all hosts. */
  ids(url: string): readonly string[] {
    const ids = this.#ids.get(url.startsWith('/') ? url : withoutOrigin(url))
    return ids === undefined ? [] : [...ids]
  }
}
