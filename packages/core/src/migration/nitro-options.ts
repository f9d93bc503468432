import type { Logger } from '../engine/logger.ts'
import type { NitroEvent } from './nitro-event.ts'
import type { NotMappedName } from './nitro-names.ts'

/** What Nitro has beside that: told in the log with the way out, and left out. */
type NotMapped = { readonly [name in NotMappedName]?: unknown }

/** Options of Nitro's `defineCachedEventHandler` (2) and `defineCachedHandler` (3), by their names and in their units. */
export interface NitroOptions<Event = NitroEvent> extends NotMapped {
  /** Seconds that a page is fresh: `maxAge`. 0 keeps nothing. @default 1 */
  readonly maxAge?: number
  /**
   * Seconds past freshness in which it is served stale while it is refreshed: `staleWhileRevalidate`, and `staleIfError` with it. -1, or unset beside `swr`, is for
   * ever: a year.
   * @default -1 with `swr`, else 0
   */
  readonly staleMaxAge?: number
  /** Whether it is served stale while it is refreshed. @default true in Nitro 2, false in Nitro 3 */
  readonly swr?: boolean
  /** Headers that reach the render and tell pages apart: `key.headers`. @default [] */
  readonly varies?: readonly string[]
  /** Query parameters that reach the render and tell pages apart: `key.allowQuery`; `true` for all. @default true in Nitro 2, [] in Nitro 3 */
  readonly allowQuery?: boolean | readonly string[]
  /** Cookies that reach the render and tell pages apart: `key.cookies`. @default [] */
  readonly allowCookies?: readonly string[]
  /** Whom the app answers itself: `bypass.when`. It must answer at once: a promise counts as yes. @default undefined */
  readonly shouldBypassCache?: (event: Event) => boolean
  /** Changes with what makes older pages useless, such as a build: `build.id`. @default undefined */
  readonly integrity?: unknown
  /** Seconds that a render may take, and everyone waits for it: `admission.deadlineMs` and `timeoutMs`. 0 and Infinity are the default. @default 30 in Nitro 3, 60 in Nitro 2, which knows no limit */
  readonly maxResolveTime?: number
  /** Largest page that is kept, in bytes: `maxPageBytes`. @default 8388608, where Nitro has no limit */
  readonly maxBodySize?: number
  /** Whether the visitor who began a render gets its bytes as they come: `stream`. @default false */
  readonly stream?: boolean
  /** Nothing is kept, as there. @default false */
  readonly headersOnly?: boolean
}

/** What `fromNitroOptions` must be told beside the options. */
export interface FromNitro {
  /** The Nitro whose defaults hold: `swr` and `allowQuery` have others in 3. @default 2 */
  readonly version?: 2 | 3
  /** Is told what has no meaning here; it becomes the `logger` of the options. @default console, warnings and errors only */
  readonly logger?: Logger
}
