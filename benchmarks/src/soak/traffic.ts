import { seededRandom } from '../seeded-random.ts'

/** One request of the flood. */
export interface SoakVisit {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** One of the pages that are asked for again and again. */
  readonly isHot: boolean
  /** Nobody has asked for this URL before. */
  readonly isNew: boolean
}

/** What an editor or a feed says meanwhile. */
export type SoakChange =
  | { readonly kind: 'invalidate'; readonly tags: readonly string[] }
  | { readonly kind: 'invalidate-url'; readonly url: string }
  | { readonly kind: 'purge-prefix'; readonly prefix: string }

export const HOT_PAGES = 200
const HOST = 'https://shop.example'
const HOSTS = 1_000
const PRODUCTS = 50_000_000

type Draw = (draw: Random) => SoakVisit

/**
 * Who comes, of a thousand. Most of what comes never came before and never comes again: that is what fills what is not bounded. The rest are visitors of
 * the hot pages, and they must not notice.
 */
const MIX: readonly (readonly [number, Draw])[] = [
  [260, (draw) => hot(draw, '')],
  [60, (draw) => hot(draw, `?utm_source=mail&gclid=${draw.name()}`)],
  [20, (draw) => hot(draw, '', { cookie: `currency=${draw.pick(['EUR', 'USD', 'GBP'])}; _ga=GA1.1.${draw.name()}` })],
  [20, (draw) => hot(draw, '', { cookie: `sid=${draw.name()}` })],
  [230, (draw) => fresh(`${HOST}/products/${draw.below(PRODUCTS)}-${draw.name()}`)],
  [120, (draw) => fresh(`${HOST}/search?q=${draw.name()}&page=${draw.below(9)}`)],
  [20, (draw) => fresh(`${HOST}/search?${draw.name()}=${draw.name()}&b=2&a=1`)],
  [150, (draw) => fresh(`${HOST}/lost/${draw.name()}.php`)],
  [60, (draw) => fresh(`${HOST}/baskets/${draw.name()}`)],
  [40, (draw) => fresh(`${HOST}/broken/${draw.name()}`)],
  [20, (draw) => fresh(`https://www${draw.below(HOSTS)}.example/products/${draw.name()}`)],
  [20, (draw) => fresh(`${HOST}/products/${draw.name()}`, { cookie: `currency=${draw.name()}` })],
]
const WEIGHT = MIX.reduce((sum, [weight]) => sum + weight, 0)

/** An endless stream of requests and changes, the same for the same seed. */
export class Traffic {
  readonly #draw: Random

  constructor(seed: number) {
    this.#draw = new Random(seed)
  }

  visit(): SoakVisit {
    let left = this.#draw.below(WEIGHT)
    for (const [weight, visit] of MIX) {
      if (left < weight) return visit(this.#draw)
      left -= weight
    }
    throw new Error('expected the weights to cover all draws.')
  }

  change(): SoakChange {
    const draw = this.#draw
    const lot = draw.below(100)
    if (lot < 80) return { kind: 'invalidate', tags: Array.from({ length: 4 }, () => productTag(draw.below(PRODUCTS))) }
    if (lot < 98) return { kind: 'invalidate-url', url: `/products/${draw.name()}` }
    if (lot < 99) return { kind: 'invalidate-url', url: `/pages/${draw.below(HOT_PAGES)}` }
    return { kind: 'purge-prefix', prefix: `/lost/${draw.name()}/` }
  }
}

/** Tags as the pages of products carry them. */
export function productTag(id: number | string): string {
  return `product:${id}`
}

/** A low number is asked for more often than a high one, as on any site. */
function hot(draw: Random, query: string, headers = {}): SoakVisit {
  const page = Math.floor(HOT_PAGES * draw.share() ** 2)
  return { url: `${HOST}/pages/${page}${query}`, headers, isHot: true, isNew: query !== '' }
}

function fresh(url: string, headers = {}): SoakVisit {
  return { url, headers, isHot: false, isNew: true }
}

class Random {
  readonly share: () => number
  #names = 0

  constructor(seed: number) {
    this.share = seededRandom(seed)
  }

  below(end: number): number {
    return Math.floor(this.share() * end)
  }

  pick<T>(of: readonly T[]): T {
    return of[this.below(of.length)] as T // below the length
  }

  /** A name that has not been before: random, and numbered. */
  name(): string {
    this.#names++
    return `${this.below(36 ** 6).toString(36)}${this.#names.toString(36)}`
  }
}
