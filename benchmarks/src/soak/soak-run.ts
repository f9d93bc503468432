import type { Page } from '@ssr-cache/core'
import { type Site, soakSite } from './site.ts'
import { HOT_PAGES, type SoakChange, type SoakVisit, Traffic } from './traffic.ts'

/** What is held at one moment of the run. */
export interface SoakSample {
  readonly requests: number
  /** URLs that had never been asked for before. */
  readonly urls: number
  /** Minutes on the clock of the site. */
  readonly minutes: number
  readonly storeBytes: number
  /** Pages and marks. */
  readonly entries: number
  readonly marks: number
  readonly memoUrls: number
  readonly memoVariants: number
  readonly hosts: number
  readonly targets: number
  readonly resting: number
  readonly flights: number
  /** After collecting garbage; `undefined` where memory is not looked at. */
  readonly heapBytes: number | undefined
  readonly residentBytes: number | undefined
  /** Of the visits to hot pages since the sample before, those that waited for no render. */
  readonly hotHitRatio: number
}

/** How a soak goes. */
export interface SoakOptions {
  /** URLs that nobody has asked for before. */
  readonly urls: number
  /** Samples, evenly spread. */
  readonly samples: number
  readonly seed: number
  /** Looks at the process' memory. */
  readonly memory?: () => Promise<{ readonly heapBytes: number; readonly residentBytes: number }>
}

/** Requests that are under way together. */
const CROWD = 10
/** Between crowds, on the clock of the site: some 350 requests a second, as a busy node has them. */
const CROWD_MS = 28

/** Sends the flood through one cache, and tells at even intervals what it holds. */
export async function* soak({ urls, samples, seed, memory }: SoakOptions): AsyncGenerator<SoakSample> {
  const run = new SoakRun(soakSite(), new Traffic(seed))
  await run.warmUp()
  for (let sample = 1; sample <= samples; sample++) {
    await run.until((urls * sample) / samples)
    yield run.sample(await memory?.())
  }
  await run.site.cache.close()
}

class SoakRun {
  readonly site: Site
  readonly #traffic: Traffic
  readonly #started: number
  #requests = 0
  #urls = 0
  #hot = { visits: 0, hits: 0 }

  constructor(site: Site, traffic: Traffic) {
    this.site = site
    this.#traffic = traffic
    this.#started = site.clock.now()
  }

  /** The hot pages are there before the flood comes. */
  async warmUp(): Promise<void> {
    const { cache, render } = this.site
    for (let page = 0; page < HOT_PAGES; page++)
      await cache.handle({ url: `https://shop.example/pages/${page}` }, render)
  }

  async until(urls: number): Promise<void> {
    while (this.#urls < urls) await this.#crowd()
    // What was refreshed behind the last visitors comes to its end.
    await this.site.clock.advanceAsync(1)
  }

  async #crowd(): Promise<void> {
    await Promise.all(Array.from({ length: CROWD }, () => this.#visit(this.#traffic.visit())))
    await this.#change(this.#traffic.change())
    this.site.clock.advance(CROWD_MS)
  }

  async #visit({ url, headers, isHot, isNew }: SoakVisit): Promise<void> {
    const { cache, render } = this.site
    this.#requests++
    if (isNew) this.#urls++
    const page = await cache.handle({ url, headers }, render)
    if (isHot && headers['cookie'] === undefined) this.#countHot(page)
  }

  #countHot(page: Page): void {
    this.#hot.visits++
    if (isHit(page)) this.#hot.hits++
  }

  async #change(change: SoakChange): Promise<void> {
    const { cache } = this.site
    switch (change.kind) {
      case 'invalidate':
        return cache.invalidate({ tags: [...change.tags] })
      case 'invalidate-url':
        return cache.invalidate({ urls: [change.url] })
      case 'purge-prefix':
        return cache.purge({ prefix: change.prefix })
    }
  }

  sample(memory: Awaited<ReturnType<NonNullable<SoakOptions['memory']>>> | undefined): SoakSample {
    const { cache, store, clock } = this.site
    const { memo, targets, resting, flights } = cache.stats()
    const { visits, hits } = this.#hot
    this.#hot = { visits: 0, hits: 0 }
    return {
      requests: this.#requests,
      urls: this.#urls,
      minutes: (clock.now() - this.#started) / 60_000,
      storeBytes: store.bytes,
      entries: store.size,
      marks: store.marks,
      memoUrls: memo.urls,
      memoVariants: memo.variants,
      hosts: memo.hosts,
      targets,
      resting,
      flights,
      heapBytes: memory?.heapBytes,
      residentBytes: memory?.residentBytes,
      hotHitRatio: hits / visits,
    }
  }
}

/** Fresh or stale: nobody waited for a render. */
function isHit({ fields }: Page): boolean {
  return fields.some(([name, value]) => name === 'cache-status' && value.includes('; hit'))
}
