import { type ColdOutcome, coldOutcome, type HotOutcome, hotOutcome, isIndexableShell } from './answers.ts'
import { machineTime } from './machine-time.ts'
import { openLoop } from './open-loop.ts'
import type { Shop } from './shop.ts'

/** A request for a page that is kept. All instants are milliseconds by the machine's time. */
export interface HotVisit {
  readonly number: number
  readonly sentAt: number
  readonly receivedAt: number
  readonly outcome: HotOutcome
}

/** A request for a page that nobody has. */
export interface ColdVisit {
  readonly sentAt: number
  readonly receivedAt: number
  readonly who: 'crawler' | 'person'
  readonly outcome: ColdOutcome
  readonly isIndexableShell: boolean
}

export const HOT_PER_SECOND = 100
export const COLD_PER_SECOND = 100
/** Of those who ask for cold pages, one in so many is a person. */
const PERSON_EVERY = 10
const HOT_FILMS = 38

const PERSON = {
  accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
  'user-agent': 'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
}
const CRAWLER = { ...PERSON, 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' }

/** Visitors of pages that everybody knows, and those who ask for what nobody has asked for. */
export class Traffic {
  readonly hot: HotVisit[] = []
  readonly cold: ColdVisit[] = []
  readonly #films: readonly string[]
  readonly #name: string
  #numbers = 0
  #patience = new AbortController()
  #coldPages = 0
  #underWay = 0
  mostLateMs = 0

  /** `name`: what is cold to one traffic is cold to another. */
  constructor(films: readonly string[], name: string) {
    this.#films = films
    this.#name = name
  }

  /** Paths of the pages that everybody knows. */
  get #known(): readonly string[] {
    return ['/', '/search', ...this.#films.slice(0, HOT_FILMS).map((slug) => `/movies/${slug}`)]
  }

  /** Has all known pages rendered. */
  async fill(shop: Shop): Promise<void> {
    for (const path of this.#known) await shop.ask({ path, headers: PERSON })
  }

  /** Visits to known pages at a steady rate. */
  async visit(shop: Shop, signal: AbortSignal): Promise<void> {
    const known = this.#known
    const { mostLateMs } = await openLoop(
      HOT_PER_SECOND,
      (index) => void this.#visit(shop, known[index % known.length] as string), // of a list that is not empty
      signal,
    )
    this.mostLateMs = Math.max(this.mostLateMs, mostLateMs)
  }

  /** Requests for cold pages at a steady rate. */
  async crawl(shop: Shop, signal: AbortSignal): Promise<void> {
    await openLoop(COLD_PER_SECOND, () => void this.#crawl(shop), signal)
  }

  /** All who wait for cold pages leave. */
  hangUp(): void {
    this.#patience.abort()
    this.#patience = new AbortController()
  }

  /** Resolves when nobody waits for an answer. */
  async settled(): Promise<void> {
    while (this.#underWay > 0) await new Promise((resolve) => setTimeout(resolve, 20))
  }

  async #visit(shop: Shop, path: string): Promise<void> {
    const number = ++this.#numbers
    this.#underWay++
    const sentAt = machineTime()
    const outcome = await shop.ask({ path, headers: PERSON, number }).then(hotOutcome, () => 'lost' as const)
    this.#underWay--
    this.hot.push({ number, sentAt, receivedAt: machineTime(), outcome })
  }

  async #crawl(shop: Shop): Promise<void> {
    const page = ++this.#coldPages
    const who = page % PERSON_EVERY === 0 ? 'person' : 'crawler'
    const path = `/movies/${this.#films[page % this.#films.length]}?${this.#name}=${page}`
    const { signal } = this.#patience
    this.#underWay++
    const sentAt = machineTime()
    const reply = await shop.ask({ path, headers: who === 'person' ? PERSON : CRAWLER, signal }).catch(() => undefined)
    this.#underWay--
    if (signal.aborted) return
    const outcome = reply === undefined ? 'lost' : coldOutcome(reply)
    const isIndexable = reply !== undefined && isIndexableShell(reply)
    this.cold.push({ sentAt, receivedAt: machineTime(), who, outcome, isIndexableShell: isIndexable })
  }
}
