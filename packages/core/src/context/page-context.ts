import { AsyncLocalStorage } from 'node:async_hooks'
import { MAX_SECONDS } from '../cache-control/delta-seconds.ts'
import { optionError, SsrCacheError, shown } from '../errors.ts'
import { type Limits, lowerLimits, NO_LIMITS } from '../rules/freshness.ts'
import type { Said } from '../rules/policy.ts'
import { storedTags, type Tag } from '../rules/tags.ts'
import { type Generation, olderGeneration } from '../store/entry.ts'
import type { PreviousPage } from './previous-page.ts'

/** What a page says of itself from anywhere below its render. Every call gives back the context, so that calls can be chained. */
export interface PageContext {
  /** The keyed parts of the request that this page is rendered for: bucketed headers by name, cookies as `cookie NAME`. */
  readonly variant: Readonly<Record<string, string>>
  /** The page that is kept, which this render may vouch for by answering 304 (RFC 9110 15.4.5); `undefined` where there is none. */
  readonly previous: PreviousPage | undefined
  /** Names what the page was made from; any number of times. */
  tag(...tags: readonly Tag[]): PageContext
  /** Seconds that the page is fresh, in place of the route's; the lowest of several counts (RFC 9111 5.2.2.1). */
  maxAge(seconds: number): PageContext
  /** Seconds of its stale-while-revalidate window, in place of the route's; the lowest counts (RFC 5861 3). */
  staleWhileRevalidate(seconds: number): PageContext
  /** Seconds of its stale-if-error window, in place of the route's; the lowest counts (RFC 5861 4). */
  staleIfError(seconds: number): PageContext
  /** The instant at which the page is no longer true, whatever its lifetimes say; the earliest counts. */
  expiresAt(instant: Date | number): PageContext
  /** This page is one visitor's alone. It cannot be taken back. */
  private(): PageContext
}

/** Everything that a render said, as the engine reads it when the render has ended. */
export interface PageNotes {
  readonly tags: ReadonlySet<string>
  readonly isPrivate: boolean
  readonly said: Said
  /** Of the cached values inside the page: it lives no longer than they do. */
  readonly limits: Limits
  /** Of a value inside the page that was invalidated and stood in all the same: the page is no better. */
  readonly generation: Generation | undefined
}

/** What a page takes over from a cached value inside it, whether that was a hit or was loaded for it. */
export interface Inheritance {
  readonly tags: readonly string[]
  readonly limits: Limits
  readonly generation: Generation | undefined
}

/** A render that is under way, as cached values inside it see it. */
export interface Surroundings {
  /** Of the key that is rendered. */
  readonly id: string
  /** Its page is made: what is said from now on is said too late. */
  readonly isOver: boolean
  /** What it has said so far. */
  readonly notes: PageNotes
  /** `by`: who passes it on, for the message where that comes too late. @default 'cache.value(…)' */
  inherit(from: Inheritance, by?: string): void
}

// One storage for every copy of this module in the process: bundled, CommonJS and ESM copies find each other.
const STORAGE = Symbol.for('@ssr-cache/core/page-context')
// Of whichever copy made it.
const SURROUNDINGS = Symbol.for('@ssr-cache/core/surroundings')
type ContextWithin = PageContext & { readonly [SURROUNDINGS]?: Surroundings }
const registry = globalThis as { [STORAGE]?: AsyncLocalStorage<PageContext> }
registry[STORAGE] ??= new AsyncLocalStorage<PageContext>()
const storage: AsyncLocalStorage<PageContext> = registry[STORAGE]

/**
 * The context of the page that is being rendered; `undefined` outside of a shared render, in a bypass and in browsers.
 * @example pageContext()?.tag('movie:42').maxAge(300)
 */
export function pageContext(): PageContext | undefined {
  // A connection that was opened in one render calls back in its context for ever: what has ended is nobody's page.
  const context = storage.getStore() as ContextWithin | undefined
  return context?.[SURROUNDINGS]?.isOver === true ? undefined : context
}

/** What surrounds the code that asks; `undefined` where `pageContext()` is. */
export function surroundings(): Surroundings | undefined {
  return (pageContext() as ContextWithin | undefined)?.[SURROUNDINGS]
}

/** Runs a render with a context of its own. */
export function runWithPageContext<T>(context: PageContext, render: () => T): T {
  return storage.run(context, render)
}

type Writable<T> = { -readonly [name in keyof T]: T[name] }

/**
 * A context, the notes that it takes, and the end of both. `id`: of the key that is rendered. `freeze`: its page is on its way to many, so what would change
 * the notes throws from then on.
 */
export function createPageContext(
  variant: Readonly<Record<string, string>>,
  id = '',
  previous?: PreviousPage,
): { context: PageContext; notes: PageNotes; freeze: () => void; end: () => void } {
  const tags = new Set<string>()
  const said: Writable<Said> = {}
  const notes: Writable<PageNotes> = { tags, isPrivate: false, said, limits: NO_LIMITS, generation: undefined }
  let isFrozen = false
  const check = (what: string, isNews: boolean): void => {
    if (isFrozen && isNews) throw tooLate(what)
  }
  const lower = (name: keyof Said, value: number): PageContext => {
    const lowest = Math.min(said[name] ?? Number.POSITIVE_INFINITY, value)
    check(`pageContext().${name}(…)`, lowest !== said[name])
    said[name] = lowest
    return context
  }
  const addTags = (what: string, stored: readonly string[]): void => {
    check(
      what,
      stored.some((tag) => !tags.has(tag)),
    )
    for (const tag of stored) tags.add(tag)
  }
  const around: Writable<Surroundings> = {
    id,
    isOver: false,
    notes,
    inherit(from, by = VALUE) {
      addTags(by, from.tags)
      const limits = lowerLimits(notes.limits, from.limits)
      check(by, !isSame(limits, notes.limits))
      notes.limits = limits
      if (from.generation === undefined) return
      check(by, true)
      notes.generation = olderGeneration(notes.generation ?? from.generation, from.generation)
    },
  }
  const end = (): void => {
    around.isOver = true
  }
  const context: ContextWithin = Object.freeze({
    variant,
    previous,
    [SURROUNDINGS]: around,
    tag(...named: readonly Tag[]) {
      addTags(
        'pageContext().tag(…)',
        named.flatMap((tag) => storedTags(tag)),
      )
      return context
    },
    maxAge: (seconds: number) => lower('maxAge', checkedSeconds('maxAge', seconds)),
    staleWhileRevalidate: (seconds: number) =>
      lower('staleWhileRevalidate', checkedSeconds('staleWhileRevalidate', seconds)),
    staleIfError: (seconds: number) => lower('staleIfError', checkedSeconds('staleIfError', seconds)),
    expiresAt: (instant: Date | number) => lower('expiresAt', checkedInstant(instant)),
    private() {
      check('pageContext().private()', !notes.isPrivate)
      notes.isPrivate = true
      return context
    },
  })
  const freeze = (): void => {
    isFrozen = true
  }
  return { context, notes, freeze, end }
}

const VALUE = 'cache.value(…)'

function isSame(one: Limits, other: Limits): boolean {
  return (
    one.freshUntil === other.freshUntil && one.staleUntil === other.staleUntil && one.errorUntil === other.errorUntil
  )
}

function tooLate(what: string): SsrCacheError {
  const message = `with stream: 'shared', what is said of a page must be said before its first bytes, and ${what} came later. Say it before the render writes, or set stream: 'first' for the route.`
  return new SsrCacheError('ERR_SSR_CACHE_RENDER', message)
}

function checkedSeconds(name: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) {
    return Math.min(Math.floor(value), MAX_SECONDS)
  }
  throw optionError(`pageContext().${name}(…)`, 'seconds >= 0', value, 'Write a number of seconds, such as 60.')
}

function checkedInstant(instant: unknown): number {
  const at = instant instanceof Date ? instant.getTime() : instant
  if (typeof at === 'number' && Number.isFinite(at)) return at
  const got = instant instanceof Date ? 'an invalid date' : shown(instant)
  throw new SsrCacheError(
    'ERR_SSR_CACHE_OPTION',
    `"pageContext().expiresAt(…)" must be a Date or epoch milliseconds, got ${got}. Write new Date('2030-01-31T12:00:00Z').`,
  )
}
