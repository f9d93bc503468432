// biome-ignore-all assist/source/organizeImports: exports stand under headings, in the order of use

// Keys
export { createKeyNormalizer, type KeyNormalizer } from './normalizer.ts'
export type { NormalizedUrl, Refusal } from './normalize-url.ts'
export type { PageKey, VariantPart } from './variant.ts'
export type { Bypass, BypassReason } from './bypass.ts'
export type { Dropped } from './dropped.ts'
export type { BypassOptions, KeyNormalizerOptions, KeyOptions } from './key-options.ts'

// Buckets for keyed headers
export { type Bucket, type DeviceClass, deviceClass, pickLocale } from './buckets.ts'

// Requests
export type { Json, NarrowedRequest, RequestHeaders, VisitorRequest } from '../request.ts'

// Errors
export { type ErrorCode, isSsrCacheError, SsrCacheError } from '../errors.ts'
