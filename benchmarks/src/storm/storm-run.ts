import { setTimeout } from 'node:timers/promises'
import { listingTag } from '../../../examples/storefront/src/contract/tags.ts'
import { machineTime } from './machine-time.ts'
import { CRAWLED, type PhaseName, STRETCHES, type Stretch } from './phases.ts'
import { Scene, type SceneOptions } from './scene.ts'
import type { ServerSample } from './server-messages.ts'
import type { Shop } from './shop.ts'
import { type ColdVisit, type HotVisit, Traffic } from './traffic.ts'

export interface StormOptions extends SceneOptions {
  /** How long all phases take together. */
  readonly seconds: number
  /** Called when a stretch of a phase begins. */
  readonly onPhase: (name: PhaseName | 'warm-up') => void
  /** Ends the storm early: it rejects. */
  readonly signal: AbortSignal
}

/** What the cache said of itself at an instant. */
export interface CacheSample {
  readonly at: number
  readonly running: number
  readonly queued: number
  readonly limit: number
}

/** A hit, with when the server had handed it over. */
export interface TimedVisit extends HotVisit {
  /** `undefined` where the server did not tell. */
  readonly answeredAt: number | undefined
}

/** Everything that was seen of a storm. */
export interface StormLog {
  readonly stretches: readonly Stretch[]
  readonly hot: readonly TimedVisit[]
  readonly cold: readonly ColdVisit[]
  readonly cache: readonly CacheSample[]
  readonly server: readonly ServerSample[]
  /** The most pages that were read from the API at once; one storefront renders at a time. */
  readonly mostReads: number
  /** By how much a visit to a known page was sent too late at most. */
  readonly mostLateMs: number
}

const LOOK_MS = 100
// Until a queue has been full for a while: what is done for the first time then is compiled then.
const WARM_UP_SHARE = 1 / 5
const LEAST_WARM_UP_MS = 1_000

/** Lets a storm loose on a storefront of its own. */
export async function storm(options: StormOptions): Promise<StormLog> {
  options.onPhase('warm-up')
  await using scene = await Scene.start(options)
  return await new Storm(scene, new Traffic(await scene.films(), 'storm'), options).run()
}

class Storm {
  readonly #scene: Scene
  readonly #traffic: Traffic
  readonly #options: StormOptions
  readonly #cache: CacheSample[] = []
  readonly #stretches: Stretch[] = []
  #lastCrawled: Shop | undefined

  constructor(scene: Scene, traffic: Traffic, options: StormOptions) {
    this.#scene = scene
    this.#traffic = traffic
    this.#options = options
  }

  async run(): Promise<StormLog> {
    const { shop } = this.#scene
    await this.#warmUp()
    const over = new AbortController()
    const visits = this.#traffic.visit(shop, over.signal)
    const looks = this.#look(over.signal)
    try {
      for (const name of STRETCHES) await this.#stretch(name)
    } finally {
      over.abort()
      this.#scene.api('go on')
      await Promise.all([visits, looks])
    }
    this.#traffic.hangUp()
    await this.#traffic.settled()
    // What the server saw last is told within one of its looks.
    await setTimeout(2 * LOOK_MS)
    return this.#log()
  }

  /** Code that is compiled by now in a server that has been up for a minute. */
  async #warmUp(): Promise<void> {
    const { shop, bystander } = this.#scene
    const { seconds } = this.#options
    const warm = new Traffic(await this.#scene.films(), 'warm-up')
    await Promise.all([warm.fill(shop), warm.fill(bystander)])
    const over = new AbortController()
    const all = [warm.visit(shop, over.signal), warm.crawl(shop, over.signal), warm.crawl(bystander, over.signal)]
    await setTimeout(Math.max(LEAST_WARM_UP_MS, seconds * 1000 * WARM_UP_SHARE))
    over.abort()
    await Promise.all(all)
    warm.hangUp()
    await warm.settled()
    await Promise.all([calmed(shop), calmed(bystander)])
    // Both storefronts read at once.
    this.#scene.mostReads = 0
  }

  async #stretch(name: PhaseName): Promise<void> {
    const { seconds, signal, onPhase } = this.#options
    signal.throwIfAborted()
    onPhase(name)
    const { shop, bystander } = this.#scene
    const crawled = this.#crawled(name)
    // What was the other process's work must not go on beside this one's.
    if (crawled !== this.#lastCrawled) this.#traffic.hangUp()
    this.#lastCrawled = crawled
    await Promise.all([shop, bystander].filter((other) => other !== crawled).map(calmed))
    await shop.loopDelay()
    const from = machineTime()
    if (name === 'API hangs') await this.#hang()
    if (name === 'recovery') this.#scene.api('go on')
    const over = new AbortController()
    const crawl = crawled === undefined ? undefined : this.#traffic.crawl(crawled, over.signal)
    await setTimeout((seconds * 1000) / STRETCHES.length, undefined, { signal }).catch(() => {})
    over.abort()
    await crawl
    const to = machineTime()
    const { p99Ms } = await shop.loopDelay()
    this.#stretches.push({ name, from, to, loopP99Ms: p99Ms })
  }

  #crawled(name: PhaseName): Shop | undefined {
    const { shop, bystander } = this.#scene
    return { nobody: undefined, shop, bystander }[CRAWLED[name]]
  }

  /** The API hangs, and some of what everybody knows is no longer true: old pages must do. */
  async #hang(): Promise<void> {
    this.#scene.api('hang')
    await this.#scene.shop.invalidate([listingTag('home'), listingTag('search')])
  }

  async #look(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { renders } = await this.#scene.shop.stats()
      this.#cache.push({ at: machineTime(), ...renders })
      await setTimeout(LOOK_MS)
    }
  }

  #log(): StormLog {
    const { shop, mostReads } = this.#scene
    const { hot, cold, mostLateMs } = this.#traffic
    return {
      stretches: this.#stretches,
      hot: hot.map((visit) => ({ ...visit, answeredAt: shop.answeredAt.get(visit.number) })),
      cold,
      cache: this.#cache,
      server: shop.samples,
      mostReads,
      mostLateMs,
    }
  }
}

/** Resolves when it renders nothing: visitors leave before their renders end. */
async function calmed(shop: Shop): Promise<void> {
  for (;;) {
    const { running, queued } = (await shop.stats()).renders
    if (running + queued === 0) return
    await setTimeout(LOOK_MS)
  }
}
