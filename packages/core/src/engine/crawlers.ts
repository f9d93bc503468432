import { isbot } from 'isbot'
import { LRUCache } from 'lru-cache'
import { headerValue, type RequestHeaders } from '../request.ts'

// Crawlers name themselves at the beginning; of 16 KB the pattern would take half a millisecond.
const MOST_LENGTH = 512
/** The pattern takes 7 µs, of which a crowd would pay each; most of a crowd have one of few names. */
const MOST_REMEMBERED = 1_000

/** Knows crawlers by the name that they give: it lets them wait longer, behind people, and nothing else. So a liar gains nothing. */
export class Crawlers {
  readonly #known = new LRUCache<string, boolean>({ max: MOST_REMEMBERED })
  /** Whoever was asked about last: neighbours in a crowd have the same, and comparing takes a tenth of a look-up. */
  #last: { readonly name: string; readonly isCrawler: boolean } = { name: '', isCrawler: false }

  /** Whether these are the headers of a crawler. */
  sent(headers: RequestHeaders): boolean {
    const name = headerValue(headers, 'user-agent')?.slice(0, MOST_LENGTH)
    if (name === undefined) return false
    if (name !== this.#last.name) this.#last = { name, isCrawler: this.#isCrawler(name) }
    return this.#last.isCrawler
  }

  #isCrawler(name: string): boolean {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const isCrawler = isbot(name)
    // A copy: a part of a header keeps all of it in memory.
    this.#known.set(Buffer.from(name).toString(), isCrawler)
    return isCrawler
  }
}
