// biome-ignore-all assist/source/organizeImports: exports stand under headings, in the order of use

// Cache-Control
export { createCacheControl } from './create.ts'
export { parseCacheControl } from './parse.ts'
export type { CacheControl } from './directives.ts'
export type { CacheControlOptions } from './cache-control-options.ts'

// Targeted fields, such as CDN-Cache-Control
export { createTargetedField, parseTargetedField } from './targeted-field.ts'

// Presets
export { type Presets, presets } from './presets.ts'

// CDNs
export { CDN_DIALECTS, type CacheControlStyle, type CdnDialect, type SharedLife, sharedFields } from './cdn-dialects.ts'
export { CDN_FIELDS } from './cdn-fields.ts'

// Fields
export type { Field } from '../fields.ts'

// Errors
export { type ErrorCode, isSsrCacheError, SsrCacheError } from '../errors.ts'
