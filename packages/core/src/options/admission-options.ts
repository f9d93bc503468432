import type { Strategy } from '../rules/overload.ts'
import type { StrategyFunction } from '../rules/strategy.ts'
import type { AdaptiveOptions } from './adaptive-options.ts'
import { defined } from './defined.ts'
import type { FallbackOptions, Shell } from './fallback-options.ts'

/** How many renders run at once, and how long anybody waits. */
export interface AdmissionOptions {
  /** Shareable renders that run side by side. @default 8 */
  readonly concurrency?: number
  /**
   * Whether fewer than `concurrency` run side by side while the event loop is late, so that pages that are kept go out in time although renders share their thread. Looks twice
   * a second at how late the loop is and how long renders take. `true`: with the defaults below.
   * @default false
   */
  readonly adaptive?: boolean | AdaptiveOptions
  /**
   * Renders that may wait for a place, so many of each kind: for visitors, for crawlers, refreshes, warm-ups. Places go to the first kind that waits, and within it
   * to whoever came first. From a full queue on, until it is half empty, whoever comes gets an old page, or 503.
   * @default 200
   */
  readonly queueLimit?: number
  /**
   * Milliseconds that a render waits for a place, whoever waits for it; beyond it an old page, or 503. A page that is always rendered waits as long as its visitors
   * do, `alwaysTimeoutMs`, where that is longer; a warm-up, which lets all others by, up to `deadlineMs`.
   * @default 10000, or timeoutMs where that is longer; deadlineMs at most
   */
  readonly queueTimeoutMs?: number
  /** Bypassing requests that the app answers side by side; they wait in a queue of the same limit. @default 256 */
  readonly bypassConcurrency?: number
  /** Milliseconds that a visitor waits for a render before a stale page, or 503, stands in. @default 3000 */
  readonly timeoutMs?: number
  /**
   * Milliseconds that a crawler waits for a render, in a lane of the queue behind people. Crawlers are known by their User-Agent, and whoever lies gains nothing else.
   * @default 10000, or timeoutMs where that is longer; deadlineMs at most
   */
  readonly crawlerTimeoutMs?: number
  /** Milliseconds that a visitor waits for a page that is always rendered (`strategy: 'always'`). @default deadlineMs */
  readonly alwaysTimeoutMs?: number
  /** Milliseconds after which a render counts as failed and its signal is aborted. @default 60000 */
  readonly deadlineMs?: number
  /**
   * The client-side shell, by which the browser makes a page that is not to be had: the path or `file:` URL of its file, a function, or either with options. Unset,
   * whoever asks for HTML is given one line of text. Whoever does not is given a problem document (RFC 9457) in any case. @default undefined
   */
  readonly fallback?: Shell | FallbackOptions
  /**
   * Whether pages are rendered: `'always'`, where visitors wait up to `alwaysTimeoutMs` and renders have a cap of their own, `alwaysConcurrency`; `'never'`, where the
   * shell is the page, with 200 and `X-Robots-Tag: noindex`; or as far as there is room and time. A function says so for each request. @default 'default'
   */
  readonly strategy?: Strategy | StrategyFunction
  /**
   * Renders side by side of pages that are always rendered (`strategy: 'always'`): a cap inside of `concurrency`, so that they leave room for others.
   * @default half of concurrency, rounded up
   */
  readonly alwaysConcurrency?: number
  /**
   * Renders that may go on without a place. One that has not ended a second after its signal was aborted is written off, and its place given to another; beyond
   * this many, places stay taken until a render really ends.
   * @default 32
   */
  readonly writeOffLimit?: number
}

/** The options with everything that was left out. What the fallback is made of is read apart. */
export type AdmissionSettings = Required<Omit<AdmissionOptions, 'fallback'>>

/** All defaults of {@link AdmissionOptions}, but for those that follow from others. */
export const ADMISSION_DEFAULTS: Omit<
  AdmissionSettings,
  'queueTimeoutMs' | 'crawlerTimeoutMs' | 'alwaysTimeoutMs' | 'alwaysConcurrency'
> = Object.freeze({
  concurrency: 8,
  adaptive: false,
  queueLimit: 200,
  bypassConcurrency: 256,
  timeoutMs: 3000,
  deadlineMs: 60_000,
  writeOffLimit: 32,
  strategy: 'default',
})

/** For a place, and for a page that a crawler asks for. */
const LONG_WAIT_MS = 10_000

/** Lays the defaults under the options. */
export function resolveAdmission({ fallback: _, ...options }: AdmissionOptions = {}): AdmissionSettings {
  const given = { ...ADMISSION_DEFAULTS, ...defined(options) }
  const waitMs = Math.min(Math.max(LONG_WAIT_MS, given.timeoutMs), given.deadlineMs)
  const alwaysConcurrency = Math.ceil(given.concurrency / 2)
  const { deadlineMs: alwaysTimeoutMs } = given
  return { queueTimeoutMs: waitMs, crawlerTimeoutMs: waitMs, alwaysTimeoutMs, alwaysConcurrency, ...given }
}
