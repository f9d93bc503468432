// biome-ignore-all assist/source/organizeImports: exports stand under headings, in the order of use

// The render cache
export { createRenderCache, type RenderCache, type RenderCacheStats } from './engine/render-cache.ts'
export type { AdaptiveOptions } from './options/adaptive-options.ts'
export type { AdmissionOptions } from './options/admission-options.ts'
export type { DownstreamOptions, RenderCacheOptions } from './options/render-cache-options.ts'
export type { FallbackOptions, Shell, ShellFunction } from './options/fallback-options.ts'
export type { Strategy } from './rules/overload.ts'
export type { StrategyFunction } from './rules/strategy.ts'
export type { EncodingOptions } from './options/encoding-options.ts'
export type { RouteAdmissionOptions } from './rules/route-admission.ts'
export type { RouteOptions, RouteParams } from './rules/routes.ts'
export type { Handler, HandlerInput, HandlerResponse } from './engine/handler.ts'
export type { Page } from './engine/page.ts'
export type { RequestLike } from './engine/visitor.ts'

// A whole app behind the cache
export type { CachedFetch, FetchHandler } from './fetch/fetch-handler.ts'
export type { FetchOptions } from './fetch/fetch-options.ts'
export type { NodeApp } from './node/fetch-from.ts'
export type { NodeOptions } from './node/node-options.ts'

// Renders off the main thread
export { type WorkerRender, workerRender } from './worker/worker-render.ts'
export type { Asked } from './worker/asked.ts'
export type { WorkerHandler, WorkerInput } from './worker/worker-handler.ts'
export type { WorkerRenderOptions } from './worker/worker-options.ts'
export type { WorkerRenderStats } from './worker/thread-renders.ts'

// Data and fragments
export type { ValueOptions } from './options/value-options.ts'
export type { Load, LoadInput } from './engine/values.ts'

// Warm-up
export type { WarmOptions } from './options/warm-options.ts'
export type { Through, WarmAnswer, WarmOutcome, WarmProgress, WarmReport } from './warm/warm-up.ts'

// Invalidation
export type { TargetOptions } from './engine/targets.ts'
export type { Tag } from './rules/tags.ts'

// The page that is being rendered
export { type PageContext, type PreviousPage, pageContext } from './context/index.ts'

// Explanations
export type { Explanation } from './engine/explain.ts'
export type { Answered, Events, RenderCacheEvents } from './engine/events.ts'
export type { ShortLives } from './rules/short-life.ts'
export type { CoverageFinding, CoveragePart } from './key-coverage/advice.ts'
export type { ReasonCount, RouteStats } from './engine/stats.ts'
export type { Logger } from './engine/logger.ts'

// Stores
export { type MemoryStore, type MemoryStoreOptions, memoryStore } from './store/memory-store.ts'
export { type TieredStore, type TieredStoreOptions, tieredStore } from './store/tiered-store.ts'
export { type Eviction, leastRecentlyUsed, type Shelf } from './store/eviction.ts'
export type {
  Found,
  Held,
  HeldByAnother,
  InvalidationLog,
  Lease,
  LogRecord,
  LogTail,
  NearStore,
  Now,
  Precondition,
  Store,
  StoreKey,
  Target,
  WriteResult,
} from './store/store.ts'

// What stores keep; how it is written down is in `@ssr-cache/core/store`
export type {
  EncodedVariant,
  Entry,
  Generation,
  Mark,
  Names,
  OriginMarks,
  Remarks,
  StoredValue,
} from './store/entry.ts'

// Keys
export {
  type Bucket,
  type Bypass,
  type BypassOptions,
  type BypassReason,
  createKeyNormalizer,
  type DeviceClass,
  type Dropped,
  deviceClass,
  type Json,
  type KeyNormalizer,
  type KeyNormalizerOptions,
  type KeyOptions,
  type NarrowedRequest,
  type NormalizedUrl,
  type PageKey,
  pickLocale,
  type Refusal,
  type RequestHeaders,
  type VariantPart,
  type VisitorRequest,
} from './key/index.ts'

// Fields of HTTP; what builds and parses them is in `@ssr-cache/core/cache-control`
export type { CdnDialect, Field } from './cache-control/index.ts'

// For adapters
export type {
  Admission,
  Answer,
  Body,
  Plan,
  Rendered,
  RenderFunction,
  RenderInput,
} from './engine/plan.ts'
export type { BypassFields } from './rules/downstream.ts'

// Time
export { type Clock, systemClock, type Timer } from './clock.ts'

// Moving over from other caches
export { fromSpartacusOptions } from './migration/from-spartacus.ts'
export type { SpartacusLogger } from './migration/spartacus-logger.ts'
export type { SpartacusOptions } from './migration/spartacus-options.ts'
export type { SpartacusRequest } from './migration/spartacus-request.ts'
export { fromNitroOptions } from './migration/from-nitro.ts'
export type { FromNitro, NitroOptions } from './migration/nitro-options.ts'
export type { NitroEvent } from './migration/nitro-event.ts'

// Errors
export { type ErrorCode, isSsrCacheError, SsrCacheError } from './errors.ts'
