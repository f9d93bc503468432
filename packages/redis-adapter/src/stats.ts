import type { ConnectionState } from './connection.ts'

/** What has become of one process' store, counted since it was made. */
export interface RedisStoreStats {
  /** `'ready'`: commands go out. `'opening'`, `'lost'`, `'unfit'` (too old, or without commands that are needed), `'closed'`: pages are misses. */
  readonly state: ConnectionState
  /** Reads and writes that found a value of another program where a page belongs. */
  readonly foreign: number
  /** Reads of pages that were cut off, damaged, or of another version. */
  readonly unreadable: number
  /** Reads that came without the log's word. */
  readonly unread: number
}
