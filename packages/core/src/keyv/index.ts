// Any database that Keyv speaks to, as the store of pages
export type { KeyvDatabase } from './database.ts'
export type { KeyvStore, KeyvStoreOptions, KeyvStoreStats } from './keyv-store.ts'
export { keyvStore } from './keyv-store.ts'
