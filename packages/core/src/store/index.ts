// For stores of your own: the port, what is kept, and how it is written down

// Time, and where warnings go
export { type Clock, systemClock, type Timer } from '../clock.ts'
export { consoleLogger, type Logger } from '../engine/logger.ts'
// Errors, and checks of options
export { type ErrorCode, isSsrCacheError, optionError, SsrCacheError, shown } from '../errors.ts'
export { checkCount, checkFunction, checkObject, refuseUnknown } from '../option-checks.ts'
// What is kept
export type { EncodedVariant, Entry, Generation, Mark, Names, OriginMarks, Remarks, StoredValue } from './entry.ts'
export { decodeEntry, encodeEntry } from './entry-codec.ts'
// The port
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
} from './store.ts'
export { namesUrl, withoutOrigin } from './target.ts'
