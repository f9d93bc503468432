import type { SpartacusLogger } from './spartacus-logger.ts'
import type { SpartacusNotMappedName } from './spartacus-names.ts'
import type { SpartacusRequest } from './spartacus-request.ts'

/** What Spartacus has beside that: told in the log with the way out, and left out. */
type NotMapped = { readonly [name in SpartacusNotMappedName]?: unknown }

/** `SsrOptimizationOptions` of SAP's Composable Storefront (Spartacus), by their names, in their units, with their defaults. */
export interface SpartacusOptions<Request = SpartacusRequest> extends NotMapped {
  /** Milliseconds that a visitor waits for a render: `admission.timeoutMs`. 0: the shell at once, and the render behind it. @default 3000 */
  readonly timeout?: number
  /** Renders that run side by side: `admission.concurrency`. 0, which is no limit there, is refused. @default 10 */
  readonly concurrency?: number
  /** Milliseconds that a render may take: `admission.deadlineMs`. Its signal is aborted then, where Spartacus forgets it and it runs on. @default 300000 */
  readonly maxRenderTime?: number
  /** Milliseconds that a page is fresh: `maxAge`, in whole seconds, rounded down, 1 at least. @default the 60 seconds of maxAge */
  readonly ttl?: number | undefined
  /** `false` keeps nothing. Unset, pages are kept: unlike there, where that is off unless set. @default true */
  readonly cache?: boolean
  /** Bytes that pages may take together: `memoryStore({ maxBytes })`. @default 800000000 */
  readonly cacheSizeMemory?: number
  /** Pages that are kept: `memoryStore({ maxEntries })`, beside the bound by bytes. 0 is none, and it is not looked at where `limitCacheByMemory` is true. @default no bound by number */
  readonly cacheSize?: number
  /** By which request a page is rendered always (1), never (-1), or as there is room (0): `strategy`. @default beside `documentFilePath` Spartacus' own: never for checkout, my-account, cx-preview and `?asm`, else 0; 0 for all without */
  readonly renderingStrategyResolver?: (request: Request) => number
  /** Milliseconds that a visitor waits for a page that is always rendered. @default 60000 */
  readonly forcedSsrTimeout?: number
  /** `false`, by which others get the shell while a page is rendered, is told and left out: they wait for it. @default true */
  readonly reuseCurrentRendering?: boolean
  /** The client-side shell, as `CxAngularNodeAppEngine` has it beside the options: `admission.fallback`. @default undefined */
  readonly documentFilePath?: string
  /** Where warnings and errors go: `logger`. `true` and `false` of older versions are the default. @default console, warnings and errors only */
  readonly logger?: SpartacusLogger | boolean
  /** `limitCacheByMemory` says whether `cacheSize` counts. Failures are never kept, whatever `avoidCachingErrors` says. @default {} */
  readonly ssrFeatureToggles?: { readonly limitCacheByMemory?: boolean; readonly avoidCachingErrors?: boolean }
}

/** Their defaults, where this library's are not meant. */
export const SPARTACUS_DEFAULTS: Required<
  Pick<SpartacusOptions, 'concurrency' | 'timeout' | 'forcedSsrTimeout' | 'maxRenderTime' | 'cacheSizeMemory'>
> = Object.freeze({
  concurrency: 10,
  timeout: 3000,
  forcedSsrTimeout: 60_000,
  maxRenderTime: 300_000,
  cacheSizeMemory: 800_000_000,
})
