export type { Commands, ConnectionState } from './connection.ts'
export type { RedisStoreOptions } from './options.ts'
export { type RedisStore, redisStore } from './redis-store.ts'
export type { RedisStoreStats } from './stats.ts'
