import type { RequestListener } from 'node:http'
import {
  createRenderCache,
  memoryStore,
  pageContext,
  type RenderCache,
  type RenderCacheOptions,
  type Store,
} from '@ssr-cache/core'
import type { PlansAnswers } from '@ssr-cache/express-adapter'
import type { Request, RequestHandler, Response } from 'express'
import type { Express } from '../versions.ts'
import { type Begin, handleBy, RUN } from './app.ts'
import type { Front } from './front.ts'
import { notesOf, type Reply, type Site } from './site.ts'
import type { SteppedClock } from './stepped-clock.ts'
import type { Run, Timeline } from './timeline.ts'

/** What a mistake in an app, its options or the cache looks like: each is to be found out. */
export interface Mistake {
  readonly options?: RenderCacheOptions
  /** In front of the cache. */
  readonly plans?: (cache: RenderCache) => PlansAnswers
  /** Behind it. */
  readonly store?: (store: Store) => Store
  /** In its middle: what `invalidate` and `purge` come to. */
  readonly removals?: (cache: RenderCache) => Pick<RenderCache, 'invalidate' | 'purge'>
}

/** What the copy with a cache is made from. */
export interface CachedParts<Data> {
  readonly site: Site<Data>
  readonly express: Express
  readonly front: Front
  readonly clock: SteppedClock
  readonly current: () => Timeline<Data>
  readonly mistake: Mistake
}

/** One build of the app, with its cache. */
interface Deployed {
  readonly listener: RequestListener
  readonly cache: RenderCache
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

/** The copy with a cache: an app for each build, all over one store. */
export class CachedCopy<Data> {
  readonly #o: CachedParts<Data>
  readonly #store: Store
  readonly #deployed: Deployed[] = []
  /** Sessions outlive a deploy. */
  readonly #above: readonly RequestHandler[]

  constructor(parts: CachedParts<Data>) {
    this.#o = parts
    this.#above = parts.site.above()
    const memory = memoryStore({ clock: parts.clock })
    this.#store = parts.mistake.store?.(memory) ?? memory
  }

  /** The build that is out. */
  get listener(): RequestListener {
    return this.#current.listener
  }

  /** Says what no longer holds. */
  get removals(): Pick<RenderCache, 'invalidate' | 'purge'> {
    const { cache } = this.#current
    return this.#o.mistake.removals?.(cache) ?? cache
  }

  /** Whether nothing is under way behind anybody's back. */
  get isIdle(): boolean {
    const { build } = this.#o.current().scene
    return this.#deployed.slice(0, build).every(({ cache }) => cache.stats().background === 0)
  }

  /** Forgets all pages: nothing else is left of a script that has come to its end. */
  async forget(): Promise<void> {
    await this.#current.cache.purge({ all: true })
  }

  async close(): Promise<void> {
    const closed = this.#deployed.map(({ cache }) => cache.close({ limitMs: 1 }))
    // Where a script broke off, renders are left that wait for time to pass.
    await this.#o.clock.advance(1, async () => {})
    await Promise.all(closed)
  }

  get #current(): Deployed {
    const { build } = this.#o.current().scene
    while (this.#deployed.length < build) this.#deployed.push(this.#deploy(this.#deployed.length + 1))
    return this.#deployed[build - 1] as Deployed // builds count from 1
  }

  #deploy(build: number): Deployed {
    const { site, express, front, clock, mistake } = this.#o
    const cache = createRenderCache({
      ...site.options,
      clock,
      logger: SILENT,
      store: this.#store,
      build: { id: String(build) },
      ...mistake.options,
    })
    const pages = site.router(express, handleBy(this.#begins(build)))
    const listener = front.behind({
      express,
      cache: mistake.plans?.(cache) ?? cache,
      renderCache: cache,
      above: this.#above,
      pages,
      context: site.context,
    })
    return { listener, cache }
  }

  #begins(build: number): Begin<Data> {
    return (request, response) => {
      const timeline = this.#o.current()
      const run = newRun(timeline, build, request, response)
      let isCut = false
      response.once('close', () => {
        isCut = true
      })
      const ended = (reply: Reply, isWhole: boolean): void => {
        run.ended = { ...outcomeOf(reply), place: timeline.next(), at: timeline.clock.now(), isWhole }
      }
      return {
        now: run.now,
        worked: () => timeline.work(run.now.delayMs),
        mark: () => response.setHeader(RUN, String(run.id)),
        failed(error) {
          Object.assign(error as object, { run: run.id })
          ended({ html: '', status: 500 }, true)
        },
        ended: (reply) => ended(reply, !isCut),
        declined() {
          run.declined = timeline.next()
        },
        below: this.#o.front.ownBelow,
      }
    }
  }
}

function newRun<Data>(timeline: Timeline<Data>, build: number, request: Request, response: Response): Run<Data> {
  const context = pageContext()
  const now = { ...timeline.now, build }
  const run: Run<Data> = {
    id: timeline.runs.length,
    place: timeline.next(),
    now,
    moment: timeline.remember(now),
    target: request.originalUrl,
    key: context && JSON.stringify([build, request.originalUrl, context.variant, response.locals]),
    given: context === undefined ? '' : JSON.stringify([request.url, request.rawHeaders, request.headers, request.ip]),
  }
  timeline.runs.push(run)
  return run
}

function outcomeOf(reply: Reply) {
  const { status = 200, type = 'text/html', html } = reply
  return { status, type, isEmpty: html === '', notes: notesOf(reply) }
}
