import { withoutOrigin } from './target.ts'

/** Which ids are kept for a path and query, whatever their host and variant. As large as what is kept. */
export class UrlIndex {
  /** Most have one: a set for each would take as much memory as all else that is noted of a page. */
  readonly #ids = new Map<string, string | Set<string>>()

  add(url: string, id: string): void {
    const place = withoutOrigin(url)
    const ids = this.#ids.get(place)
    if (ids === undefined || ids === id) this.#ids.set(place, id)
    else if (typeof ids === 'string') this.#ids.set(place, new Set([ids, id]))
    else ids.add(id)
  }

  remove(url: string, id: string): void {
    const place = withoutOrigin(url)
    const ids = this.#ids.get(place)
    if (ids === id) this.#ids.delete(place)
    else if (typeof ids === 'object' && ids.delete(id) && ids.size === 0) this.#ids.delete(place)
  }

  /** Ids that `url`, absolute or without host, may name: those of all hosts. */
  ids(url: string): readonly string[] {
    const ids = this.#ids.get(url.startsWith('/') ? url : withoutOrigin(url))
    if (ids === undefined) return []
    return typeof ids === 'string' ? [ids] : [...ids]
  }
}
