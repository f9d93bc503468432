import { checkCount, checkObject, refuseUnknown } from '../option-checks.ts'
import { originOf } from '../warm/warm-list.ts'
import { isWarming } from '../warm/warming.ts'
import type { UrlSlot } from './slots.ts'

// Many times what the memo holds, so that halving costs a request next to nothing.
const ASKED_BEFORE_HALVING = 250_000

/** How often visitors ask for the shared page of each URL that the memo remembers; halved now and then, so that yesterday counts less than today. */
export class Heat {
  readonly #memo: { values(): Iterable<UrlSlot> }
  #asked = 0

  constructor(memo: { values(): Iterable<UrlSlot> }) {
    this.#memo = memo
  }

  /** One visitor asks. What only a warm-up asks for says nothing of visitors. */
  count(slot: UrlSlot): void {
    if (isWarming()) return
    const counted = slot.canonical ?? slot
    counted.asked++
    if (++this.#asked >= ASKED_BEFORE_HALVING) this.#halve()
  }

  #halve(): void {
    this.#asked = 0
    for (const slot of this.#memo.values()) slot.asked >>>= 1
  }

  /**
   * Canonical URLs, the most asked for first; of one origin where it is named.
   * @throws ERR_SSR_CACHE_OPTION
   */
  hottest(count: number, options: { readonly origin?: string | undefined } = {}): readonly string[] {
    checkCount('count', count, 0)
    checkObject('options', options)
    refuseUnknown('', options, ['origin'])
    const { origin } = options
    const byHeat = [...this.#asksOf(origin === undefined ? '' : `${originOf(origin)}/`)].sort(([, a], [, b]) => b - a)
    return byHeat.slice(0, count).map(([url]) => url)
  }

  /** By URL, whatever its spellings: those of a host that made room for another are nobody's pages any more. */
  #asksOf(prefix: string): ReadonlyMap<string, number> {
    const asks = new Map<string, number>()
    for (const { url, host, asked } of this.#memo.values()) {
      if (asked > 0 && !host.gone && url.url.startsWith(prefix)) asks.set(url.url, (asks.get(url.url) ?? 0) + asked)
    }
    return asks
  }
}
