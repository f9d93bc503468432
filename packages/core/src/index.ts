// The render cache

// Cache-Control
export * from './cache-control/index.ts'
// Time
export { type Clock, systemClock, type Timer } from './clock.ts'
// The page that is being rendered
export { type PageContext, pageContext } from './context/index.ts'
export type { Answered, Events, RenderCacheEvents } from './engine/events.ts'
// Explanations
export type { Explanation } from './engine/explain.ts'
export type { Handler, HandlerInput, HandlerResponse } from './engine/handler.ts'
export type { Logger } from './engine/logger.ts'
export type { Page } from './engine/page.ts'
// For adapters
export type {
  Admission,
  Answer,
  Body,
  BypassFields,
  Plan,
  Rendered,
  RenderFunction,
  RenderInput,
} from './engine/plan.ts'
export { createRenderCache, type RenderCache, type RenderCacheStats } from './engine/render-cache.ts'
export type { ReasonCount, RouteStats } from './engine/stats.ts'
// Invalidation
export type { TargetOptions } from './engine/targets.ts'
export type { RequestLike } from './engine/visitor.ts'
// Errors
export { type ErrorCode, isSsrCacheError, SsrCacheError } from './errors.ts'
// Keys
export * from './key/index.ts'
export type { AdmissionOptions, DownstreamOptions, RenderCacheOptions } from './options/render-cache-options.ts'
export type { RouteOptions, RouteParams } from './rules/routes.ts'
export type { Tag } from './rules/tags.ts'
export type { EncodedVariant, Entry, Generation, Mark } from './store/entry.ts'
// Stores
export { type MemoryStore, type MemoryStoreOptions, memoryStore } from './store/memory-store.ts'
export type {
  Found,
  Held,
  HeldByAnother,
  InvalidationLog,
  Lease,
  LogRecord,
  LogTail,
  Now,
  Precondition,
  Store,
  StoreKey,
  Target,
  WriteResult,
} from './store/store.ts'
