export type { Commands, ConnectionState } from './connection.ts'
export type { RedisStoreOptions } from './options.ts'
export { type RedisStore, type RedisStoreStats, redisStore } from './redis-store.ts'
