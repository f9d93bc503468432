// Keys

// Errors
export { type ErrorCode, isSsrCacheError, SsrCacheError } from '../errors.ts'
// Requests
export type { Json, NarrowedRequest, RequestHeaders, VisitorRequest } from '../request.ts'
// Buckets for keyed headers
export { type Bucket, type DeviceClass, deviceClass, pickLocale } from './buckets.ts'
export type { BypassReason } from './bypass.ts'
export type { BypassOptions, KeyNormalizerOptions, KeyOptions } from './key-options.ts'
export {
  type Bypass,
  createKeyNormalizer,
  type Dropped,
  type KeyNormalizer,
  type NormalizedUrl,
  type PageKey,
  type Refusal,
  type VariantPart,
} from './normalizer.ts'
