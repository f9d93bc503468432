// For stores of your own: the port, what is kept, and how it is written down

export type { EncodedVariant, Entry, Generation, Mark, Names, OriginMarks, Remarks, StoredValue } from './entry.ts'
export { decodeEntry, encodeEntry } from './entry-codec.ts'
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
} from './store.ts'
