import type { RequestListener } from 'node:http'
import { surroundings } from '../context/page-context.ts'
import { SsrCacheError } from '../errors.ts'
import { type CachedFetch, type FetchHandler, fetchHandler } from '../fetch/fetch-handler.ts'
import type { FetchOptions } from '../fetch/fetch-options.ts'
import type { NodeApp } from '../node/fetch-from.ts'
import { nodeHandler } from '../node/node-handler.ts'
import type { NodeOptions } from '../node/node-options.ts'
import { checkObject } from '../option-checks.ts'
import type { RenderCacheOptions } from '../options/render-cache-options.ts'
import type { ValueOptions } from '../options/value-options.ts'
import type { WarmOptions } from '../options/warm-options.ts'
import type { VisitorRequest } from '../request.ts'
import type { Now, StoreKey } from '../store/store.ts'
import { warmSite } from '../warm/warm-site.ts'
import type { WarmReport } from '../warm/warm-up.ts'
import type { GateStats } from './admission/gate.ts'
import { KeptAnswer } from './answers.ts'
import { Assembly } from './assembly.ts'
import type { Events } from './events.ts'
import { type Explanation, explain } from './explain.ts'
import type { FailureLog } from './failure-log.ts'
import { handleBypass } from './handle-bypass.ts'
import { type Handler, renderFunction } from './handler.ts'
import { isLater } from './later.ts'
import { Page } from './page.ts'
import type { Answer, Plan } from './plan.ts'
import { planFor } from './plan-for.ts'
import { originKey, type ReadyKey } from './ready-key.ts'
import type { RouteStats } from './stats.ts'
import { whileThere } from './stay.ts'
import type { StoreStats } from './store-health.ts'
import { type TargetOptions, targetsOf } from './targets.ts'
import type { Load } from './values.ts'
import { type RequestLike, visitorRequest } from './visitor.ts'
import type { WriteCounts } from './writes.ts'

/** Everything that is counted and bounded, at one instant. */
export interface RenderCacheStats {
  /** By route pattern; `*` where no rule matched. */
  readonly routes: Readonly<Record<string, RouteStats>>
  /** Places that are taken, and renders that wait for one. */
  readonly renders: GateStats
  readonly bypasses: Pick<GateStats, 'running' | 'queued' | 'writtenOff'>
  /** Encodings and decodings under way, and those that wait for a thread. */
  readonly encodings: { readonly running: number; readonly queued: number }
  /** Keys that somebody waits for or refreshes. */
  readonly flights: number
  /** Keys that rest after a failure. */
  readonly resting: number
  /** Work that nobody waits for. */
  readonly background: number
  /** How the store does, where it answers by promise, and pages on their way to it. */
  readonly store: StoreStats & { readonly writes: WriteCounts }
  /** What the memos remember: spellings of URLs, variants of pages by keyed values, hosts. */
  readonly memo: { readonly urls: number; readonly variants: number; readonly hosts: number }
  /** Tags, URLs and prefixes that the invalidation index remembers. */
  readonly targets: number
}

/** Keeps rendered pages, and knows when they are no longer true. */
export interface RenderCache {
  /**
   * Answers a request: from what is kept, from one render for all who ask, or, where it bypasses, from a render of its own.
   * Rejects with what the render threw where nothing kept may stand in; never because of the store.
   * @example
   * ```ts
   * const page = await cache.handle(request, ({ request }) => new Response(render(request.url), { headers: { 'content-type': 'text/html' } }))
   * ```
   */
  handle(request: RequestLike, handler: Handler): Promise<Page>
  /**
   * An app of the web's kind behind the cache, `Request` to `Response`: `app.fetch` of Hono or h3, or a function. A shared render is given a Request that was made
   * from the key alone, with a signal that is aborted past `admission.deadlineMs`; who bypasses is answered from the visitor's own. HEAD, conditions and ranges are
   * answered as RFC 9110 has it. What the app throws is logged, and answered 500 or with the error's own 4xx or 5xx; it never rejects.
   * @throws ERR_SSR_CACHE_OPTION for a handler or option that is none.
   * @example
   * ```ts
   * serve({ fetch: cache.fetch(app.fetch), port: 3000 })
   * ```
   */
  fetch<Platform extends unknown[] = []>(
    handler: FetchHandler<Platform>,
    options?: FetchOptions<NoInfer<Platform>>,
  ): CachedFetch<Platform>
  /**
   * The whole of an app of Node's kind behind the cache: a function `(req, res)`, an app of Express or Connect, or the handler of a framework. A hit never enters the
   * app, and a shared render runs on a request and a response of its own; who bypasses is answered on the visitor's. What the app throws or rejects with is
   * logged, and answered 500 or with the error's own 4xx or 5xx. For servers of `node:http` and `node:https`.
   * @throws ERR_SSR_CACHE_OPTION for an app or option that is none.
   * @example
   * ```ts
   * createServer(cache.node(app)).listen(3000)
   * ```
   */
  node(app: NodeApp, options?: NodeOptions): RequestListener
  /** The ready key of a request's page; `undefined` where it bypasses or is malformed. */
  key(request: RequestLike): StoreKey | undefined
  /** The page that is kept under a ready key, fresh or stale; nothing is rendered. At once where the store answers at once. */
  lookup(key: StoreKey): Now<Page | undefined>
  /**
   * A value under a key of the app's own: data, or a fragment. Loaded once for all who ask, kept by the rules of pages, and copied on its way in and out
   * (structuredClone's types). Its tags, lifetimes and `vary` reach the page around it, on a hit as on a load; inside of a shared render an invalidated value is
   * loaded again before it is served. Loads take no place in the cap of renders.
   * Rejects with what the load threw where nothing kept may stand in.
   * @throws ERR_SSR_CACHE_OPTION, ERR_SSR_CACHE_VALUE
   * @example
   * ```ts
   * const menu = await cache.value('menu:main', { maxAge: 600, tags: ['menu'] }, () => fetchMenu())
   * ```
   */
  value<T>(key: string, options: ValueOptions, load: Load<T>): Promise<T>
  /** Marks pages stale: each is served once more and rendered anew. One record, whatever it hits. Rejects with ERR_SSR_CACHE_STORE. */
  invalidate(what: TargetOptions & { readonly settleMs?: number }): Promise<void>
  /** Removes pages: none is served again, even if the app is down. One record, whatever it hits. Rejects with ERR_SSR_CACHE_STORE. */
  purge(what: TargetOptions): Promise<void>
  /**
   * Asks for pages before visitors do, a few at a time, and resolves with what became of each: what fails is in the report. The whole list is looked at
   * first; nothing is asked for while the cache is off. Called off by `signal` or `close`, it resolves without waiting for what is under way.
   * @throws ERR_SSR_CACHE_OPTION for a list with URLs that are malformed or of another site; ERR_SSR_CACHE_CLOSED after `close`.
   * @example
   * ```ts
   * const hottest = cache.hottest(100, { origin })
   * await cache.purge({ all: true })
   * await cache.warm(hottest, { origin, through: fetchFrom(app) })
   * ```
   */
  warm(urls: Iterable<string>, options: WarmOptions): Promise<WarmReport>
  /**
   * The URLs whose shared pages visitors asked for most, lately, of those that the memo remembers: the most asked for first. Not counted is what bypasses,
   * what only a warm-up asked for, and `key`, `lookup` and `explain`. Keep them over a deploy to warm the next process. Of one site where `origin` names it,
   * with the scheme that the app sees: without `hosts`, the list has whatever hosts strangers sent.
   * @throws ERR_SSR_CACHE_OPTION for a count that is no whole number >= 0, and an origin that is none.
   */
  hottest(count: number, o?: { readonly origin?: string | undefined }): readonly string[]
  /** Why a request is, or is not, answered from what is kept. Cookie values are shown as salted hashes. */
  explain(request: RequestLike): Promise<Explanation>
  /** Counts since the cache was made, and what it holds now. */
  stats(): RenderCacheStats
  /** Tells what happens; costs nothing while nobody listens. */
  readonly events: Events
  /** Stops: waits for renders that run, up to `limitMs` (10 s), aborts the rest, and closes the store. Later calls are refused. */
  close(o?: { readonly limitMs?: number }): Promise<void>
  /** For adapters: what is to be done with a visitor's request. */
  plan(request: VisitorRequest): Plan
}

/**
 * Makes a render cache.
 * @throws ERR_SSR_CACHE_OPTION for whatever is wrong with the options: never later, at a request.
 * @example
 * ```ts
 * const cache = createRenderCache({ maxAge: 60, routes: [{ match: '/account/*rest', cache: false }] })
 * ```
 */
export function createRenderCache(options: RenderCacheOptions = {}): RenderCache {
  return new ProcessRenderCache(new Assembly(options))
}

const CLOSE_LIMIT_MS = 10_000

/** Of what is kept; a look-up finds nothing else. */
function pageOf(answer: Answer | undefined): Page | undefined {
  return answer instanceof KeptAnswer ? answer.page : undefined
}

class ProcessRenderCache implements RenderCache {
  readonly events: Events
  readonly #parts: Assembly
  readonly #closes = new AbortController()
  #closing: Promise<void> | undefined

  constructor(parts: Assembly) {
    this.#parts = parts
    this.events = parts.events
  }

  plan(request: VisitorRequest): Plan {
    this.#refuseIfClosed()
    return planFor(request, this.#parts)
  }

  async handle(request: RequestLike, handler: Handler): Promise<Page> {
    const plan = this.plan(visitorRequest(request))
    if (plan.kind === 'refused') return new Page(plan.answer)
    if (plan.kind === 'bypass') return handleBypass(plan, request, handler)
    const answer = await whileThere(plan.answer(renderFunction(handler)), plan, request)
    // A handler gives a response or throws: it has no way to decline.
    if (answer.kind === 'declined')
      throw new SsrCacheError('ERR_SSR_CACHE_RENDER', 'a handler must answer, and this one declined.')
    return new Page(answer)
  }

  fetch<Platform extends unknown[] = []>(
    handler: FetchHandler<Platform>,
    options?: FetchOptions<NoInfer<Platform>>,
  ): CachedFetch<Platform> {
    return fetchHandler(this.#adapted, handler, options)
  }

  node(app: NodeApp, options?: NodeOptions): RequestListener {
    return nodeHandler(this.#adapted, app, options)
  }

  /** What the adapters in this package use. */
  get #adapted(): { readonly cache: RenderCache; readonly failures: FailureLog } {
    return { cache: this, failures: this.#parts.failures }
  }

  key(request: RequestLike): StoreKey | undefined {
    const { slots, normalizer } = this.#parts
    const visitor = visitorRequest(request)
    const found = slots.find(visitor)
    if ('kind' in found || !found.route.cache) return undefined
    if (found.route.origin !== undefined) return originKey(found, visitor, slots)
    if (normalizer.bypass(visitor, found.url, found.route) !== undefined) return undefined
    const slot = slots.slot(found, visitor)
    return 'kind' in slot ? undefined : slot
  }

  lookup(key: StoreKey): Now<Page | undefined> {
    this.#refuseIfClosed()
    if (!('page' in key)) {
      throw new SsrCacheError(
        'ERR_SSR_CACHE_REQUEST',
        'lookup must be given a ready key. Write cache.lookup(cache.key(request)).',
      )
    }
    if (this.#parts.isOff?.() === true) return undefined
    // Only `key` makes them, and it makes slots.
    const slot = key as ReadyKey
    const answer = this.#parts.engine.lookup(slot, slot.selects)
    return answer instanceof KeptAnswer || !isLater(answer) ? pageOf(answer) : answer.then(pageOf)
  }

  async value<T>(key: string, options: ValueOptions, load: Load<T>): Promise<T> {
    // Renders that close() waits for must be able to end.
    if (surroundings() === undefined) this.#refuseIfClosed()
    return this.#parts.values.value(key, options, load)
  }

  async invalidate(what: TargetOptions & { readonly settleMs?: number }): Promise<void> {
    checkObject('targets', what)
    const { settleMs = 0, ...targets } = what
    await this.#record(targets, { hard: false, settleMs })
  }

  async purge(what: TargetOptions): Promise<void> {
    await this.#record(what, { hard: true, settleMs: 0 })
  }

  async #record(what: TargetOptions, o: { readonly hard: boolean; readonly settleMs: number }): Promise<void> {
    this.#refuseIfClosed()
    const { news, normalizer, events } = this.#parts
    const targets = targetsOf(what, o.settleMs, normalizer)
    await news.append(targets, o)
    events.emit('invalidate', { targets, hard: o.hard })
  }

  async warm(urls: Iterable<string>, options: WarmOptions): Promise<WarmReport> {
    this.#refuseIfClosed()
    return warmSite(urls, options, { ...this.#parts, closes: this.#closes.signal })
  }

  hottest(count: number, o?: { readonly origin?: string | undefined }): readonly string[] {
    return this.#parts.slots.heat.hottest(count, o)
  }

  async explain(request: RequestLike): Promise<Explanation> {
    return explain(visitorRequest(request), this.#parts)
  }

  stats(): RenderCacheStats {
    const { stats, gate, bypassGate, encodings, flights, rests, background, slots, news, health, writes } = this.#parts
    const { running, queued, writtenOff } = bypassGate.stats
    return {
      routes: stats.snapshot(),
      renders: gate.stats,
      bypasses: { running, queued, writtenOff },
      encodings: encodings.size,
      flights: flights.size,
      resting: rests.size,
      background: background.size,
      store: { ...health.stats, writes: writes.counts },
      memo: slots.size,
      targets: news.index.size,
    }
  }

  close({ limitMs = CLOSE_LIMIT_MS }: { readonly limitMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(limitMs)
    return this.#closing
  }

  async #close(limitMs: number): Promise<void> {
    const { background, clock, adaptive, gate, bypassGate, loadGate, encodings, runner, vigil, news, store } =
      this.#parts
    this.#closes.abort(closedError('a warm-up'))
    await background.drain(limitMs, clock)
    adaptive?.stop()
    // Nothing is begun in the places of those that are aborted.
    gate.close()
    bypassGate.close()
    loadGate.close()
    encodings.close()
    vigil.close()
    // Streams that are one visitor's are nobody's background work, and end here too.
    runner.abortAll(closedError('a render that was still running'))
    news.close()
    await store.close?.()
  }

  #refuseIfClosed(): void {
    if (this.#closing !== undefined) throw closedError('a call')
  }
}

function closedError(what: string): SsrCacheError {
  return new SsrCacheError(
    'ERR_SSR_CACHE_CLOSED',
    `${what} must come before close(). Close the server first, then the cache.`,
  )
}
