import type { InvalidationLog, Lease, Store } from '@ssr-cache/core/store'
import { Connection } from './connection.ts'
import { ownCluster, ownRedis } from './dial.ts'
import { KeyNames } from './key-names.ts'
import { type RedisStoreOptions, type Settings, settingsOf } from './options.ts'
import { Pages } from './pages.ts'
import { PurgingLog } from './purging-log.ts'
import { RedisLease } from './redis-lease.ts'
import { RedisLog } from './redis-log.ts'
import type { RedisStoreStats } from './stats.ts'
import { Trouble } from './trouble.ts'

/** A {@link Store} in Redis, for any number of processes. */
export interface RedisStore extends Store {
  readonly lease: Lease
  readonly log: InvalidationLog
  stats(): RedisStoreStats
  get: Pages['get']
  set: Pages['set']
  delete: Pages['delete']
  close(): Promise<void>
}

/**
 * A store in Redis (6.2 or newer) or Valkey: one server, what Sentinel watches over, or a cluster. Making it neither waits for the server nor fails without one:
 * until it answers, pages are misses.
 *
 * @throws `ERR_SSR_CACHE_OPTION` for an option of the wrong kind.
 * @example
 * ```ts
 * const cache = createRenderCache({ store: redisStore({ url: 'redis://localhost:6379' }) })
 * ```
 */
export function redisStore(options: RedisStoreOptions): RedisStore {
  const settings = settingsOf(options)
  return new SharedStore(settings, connectionOf(settings))
}

function connectionOf({ client, url, connection = {}, cluster, logger }: Settings): Connection {
  const trouble = new Trouble(logger)
  if (client === undefined) {
    const own = cluster === undefined ? ownRedis(url, connection) : ownCluster(cluster.nodes, cluster.options ?? {})
    return new Connection(own, { isOwn: true, trouble })
  }
  if (client.options.enableAutoPipelining !== true) logger.warn({}, UNPIPELINED)
  return new Connection(client, { isOwn: false, trouble })
}

const UNPIPELINED =
  'the client that redisStore was given has no auto-pipelining: each command is sent alone, which takes about twice the time under load. Write new Redis(url, { enableAutoPipelining: true }).'

class SharedStore implements RedisStore {
  readonly capabilities: Store['capabilities'] = { shared: true, persistent: true, lease: true, log: true }
  readonly lease: Lease
  readonly log: InvalidationLog
  readonly get: Pages['get']
  readonly set: Pages['set']
  readonly delete: Pages['delete']
  readonly #connection: Connection
  readonly #records: RedisLog
  readonly #pages: Pages

  constructor({ keyPrefix, syncTimeoutMs, clock }: Settings, connection: Connection) {
    const names = new KeyNames(keyPrefix)
    const records = new RedisLog(connection, { keyPrefix, syncTimeoutMs, clock })
    const pages = new Pages(connection, { names, clock, log: records })
    this.#connection = connection
    this.#records = records
    this.#pages = pages
    this.lease = new RedisLease(connection, { names, clock })
    this.log = new PurgingLog(records, pages)
    this.get = pages.get.bind(pages)
    this.set = pages.set.bind(pages)
    this.delete = pages.delete.bind(pages)
  }

  stats(): RedisStoreStats {
    return { state: this.#connection.state, ...this.#pages.stats }
  }

  async close(): Promise<void> {
    this.#records.close()
    await this.#connection.close()
  }
}
