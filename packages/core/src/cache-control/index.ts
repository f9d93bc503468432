// Cache-Control

// Errors
export { type ErrorCode, isSsrCacheError, SsrCacheError } from '../errors.ts'
// Fields
export type { Field } from '../fields.ts'
export type { CacheControlOptions } from './cache-control-options.ts'
// CDNs
export { type CacheControlStyle, CDN_DIALECTS, type CdnDialect, type SharedLife, sharedFields } from './cdn-dialects.ts'
export { CDN_FIELDS } from './cdn-fields.ts'
export { createCacheControl } from './create.ts'
export type { CacheControl } from './directives.ts'
export { parseCacheControl } from './parse.ts'
// Presets
export { type Presets, presets } from './presets.ts'
// Targeted fields, such as CDN-Cache-Control
export { createTargetedField, parseTargetedField } from './targeted-field.ts'
