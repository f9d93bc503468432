import { Cluster, type ClusterNode, type ClusterOptions, Redis, type RedisOptions } from 'ioredis'
import type { Commands } from './connection.ts'
import { retryDelay } from './retry.ts'
import type { Dial } from './subscriber.ts'

/** How long an attempt to connect may take. */
export const CONNECT_MS = 2_000

/** A server that owes an answer for so long is given up, and dialled anew: its replies would come too late for anybody. */
const SILENCE_MS = 5_000

/** What every connection of our own has: it fails at once where it must fail, and never sends a command twice. */
const OWN = {
  connectTimeout: CONNECT_MS,
  socketTimeout: SILENCE_MS,
  enableOfflineQueue: false,
  // Only then are commands that wait for an answer rejected when the connection breaks.
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
} as const satisfies RedisOptions

/** A client for one server, or for what Sentinel names as the primary. What `options` says counts. */
export function ownRedis(url: string | undefined, options: RedisOptions): Redis {
  const all: RedisOptions = {
    ...OWN,
    enableAutoPipelining: true,
    retryStrategy: retryDelay,
    // After a failover, this is no longer the primary: ask Sentinel, or the name service, again.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    ...options,
  }
  // Replies are read in the shapes of `legacy`, the default.
  const { replyMapping: _, ...rest } = all
  return url === undefined ? new Redis(rest) : new Redis(url, rest)
}

/** A client for a cluster. */
export function ownCluster(nodes: readonly ClusterNode[], options: ClusterOptions): Cluster {
  const { enableOfflineQueue, ...own } = OWN
  const { replyMapping: _, ...redisOptions } = options.redisOptions ?? {}
  return new Cluster([...nodes], {
    enableOfflineQueue,
    enableAutoPipelining: true,
    clusterRetryStrategy: retryDelay,
    ...options,
    redisOptions: { ...own, ...redisOptions },
  })
}

/** Connections for messages, to wherever the commands go; in a cluster to any node: messages reach them all. */
export function dialFor(commands: Commands): Dial {
  return () => {
    const server = isCluster(commands) ? anyOf(commands.nodes('all')) : commands
    return server?.duplicate({
      ...OWN,
      lazyConnect: true,
      enableAutoPipelining: false,
      enableReadyCheck: true,
      autoResubscribe: false,
      retryStrategy: null,
      keyPrefix: '',
      readOnly: false,
      commandTimeout: undefined,
    })
  }
}

function isCluster(commands: Commands): commands is Cluster {
  return commands.isCluster
}

function anyOf<T>(list: readonly T[]): T | undefined {
  return list[Math.floor(Math.random() * list.length)]
}
