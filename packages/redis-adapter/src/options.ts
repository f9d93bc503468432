import {
  type Clock,
  checkCount,
  checkFunction,
  checkObject,
  consoleLogger,
  type Logger,
  optionError,
  refuseUnknown,
  systemClock,
} from '@ssr-cache/core/store'
import type { ClusterNode, ClusterOptions, RedisOptions } from 'ioredis'
import type { Commands } from './connection.ts'

/** Options of `redisStore`. Of `client`, `url` or `connection`, and `cluster`, there must be one. */
export interface RedisStoreOptions {
  /** A client of ioredis that the app has already: `Redis` or `Cluster`. It is used as it is, and never closed; a connection for messages is made after it. @default undefined */
  readonly client?: Commands
  /** Where the server is: `redis://[user:password@]host[:port][/db]`, or `rediss://…` with TLS. @default undefined */
  readonly url?: string
  /** Options of ioredis for a client of the store's own, alone or beside `url`: `tls`, `sentinels` and `name`, `password`. @default undefined */
  readonly connection?: RedisOptions
  /** Nodes of a Redis Cluster to begin with, and options of ioredis for it. @default undefined */
  readonly cluster?: { readonly nodes: readonly ClusterNode[]; readonly options?: ClusterOptions }
  /**
   * What every name in Redis begins with. Caches with one prefix share their pages: give each app, and each environment, its own.
   * @default 'ssr-cache:'
   */
  readonly keyPrefix?: string
  /**
   * How long invalidations of other processes may go unheard, in milliseconds, before this process no longer trusts what it holds itself.
   * @default 2000
   */
  readonly syncTimeoutMs?: number
  /** Where it is told that Redis fails, and that it is back. @default the console */
  readonly logger?: Logger
  /** Tells the time here; that of other processes and of Redis may be another. Hand in the one that the cache has. @default the system's clock */
  readonly clock?: Clock
}

/** All options with their defaults. */
export interface Settings extends RedisStoreOptions {
  readonly keyPrefix: string
  readonly syncTimeoutMs: number
  readonly logger: Logger
  readonly clock: Clock
}

const NAMES = [
  'client',
  'url',
  'connection',
  'cluster',
  'keyPrefix',
  'syncTimeoutMs',
  'logger',
  'clock',
] as const satisfies (keyof RedisStoreOptions)[]

const AT = 'redisStore'

/** @throws `ERR_SSR_CACHE_OPTION` for the first that is wrong. */
export function settingsOf(options: RedisStoreOptions): Settings {
  checkObject(AT, options)
  refuseUnknown(AT, options, NAMES)
  const { keyPrefix = 'ssr-cache:', syncTimeoutMs = 2_000, logger = consoleLogger, clock = systemClock } = options
  checkPlace(options)
  checkPrefix(keyPrefix)
  checkCount(`${AT}.syncTimeoutMs`, syncTimeoutMs, 1, 'milliseconds')
  for (const level of ['info', 'warn', 'error'] as const) checkFunction(`${AT}.logger.${level}`, logger?.[level])
  checkFunction(`${AT}.clock.now`, clock?.now)
  return Object.freeze({ ...options, keyPrefix, syncTimeoutMs, logger, clock })
}

function checkPlace({ client, url, connection, cluster }: RedisStoreOptions): void {
  const places = [client, url ?? connection, cluster].filter((place) => place !== undefined)
  if (places.length !== 1) {
    const wayOut =
      "Write { url: 'redis://localhost:6379' }, { connection: { … } }, { cluster: { nodes } } or { client }."
    throw optionError(AT, 'told one place to keep pages in', places.length, wayOut)
  }
  if (client !== undefined) checkClient(client)
  if (url !== undefined) checkUrl(url)
  if (connection !== undefined) checkObject(`${AT}.connection`, connection)
  if (cluster !== undefined) checkCluster(cluster)
}

function checkClient(client: unknown): void {
  const { evalsha, duplicate, status } = (client ?? {}) as Partial<Commands> // looked at before it is believed
  if (typeof evalsha === 'function' && typeof duplicate === 'function' && typeof status === 'string') return
  const wayOut = "Write new Redis(url) from 'ioredis', or leave it out and write url."
  throw optionError(`${AT}.client`, 'a client of ioredis', Object.prototype.toString.call(client), wayOut)
}

function checkUrl(url: unknown): void {
  if (typeof url === 'string' && /^rediss?:\/\//.test(url) && URL.canParse(url)) {
    if (/^(\/\d*)?$/.test(new URL(url).pathname)) return
  }
  const wayOut = "Write 'redis://localhost:6379', or 'rediss://…' for TLS."
  throw optionError(`${AT}.url`, 'a URL of Redis', withoutPassword(url), wayOut)
}

/** Messages end up in logs. */
function withoutPassword(url: unknown): unknown {
  return typeof url === 'string' ? url.replace(/\/\/[^@/]*@/, '//…@') : url
}

function checkCluster(cluster: unknown): void {
  checkObject(`${AT}.cluster`, cluster)
  refuseUnknown(`${AT}.cluster`, cluster, ['nodes', 'options'])
  const { nodes, options } = cluster as { readonly nodes?: unknown; readonly options?: unknown } // it is an object
  if (!Array.isArray(nodes) || nodes.length === 0) {
    const wayOut = "Write { nodes: [{ host: '10.0.0.1', port: 6379 }] }."
    throw optionError(`${AT}.cluster.nodes`, 'a list of one or more nodes', nodes, wayOut)
  }
  if (options !== undefined) checkObject(`${AT}.cluster.options`, options)
}

function checkPrefix(prefix: unknown): void {
  if (typeof prefix === 'string' && prefix !== '' && !/[{}]/.test(prefix)) return
  const wayOut = "Write 'shop:'. Braces would tell a cluster where names belong."
  throw optionError(`${AT}.keyPrefix`, 'some text without braces', prefix, wayOut)
}
