import { Redis } from 'ioredis'
import { type RedisServer, startRedis } from './server.ts'
import { until } from './until.ts'

/** Masters that share all slots. */
export interface RedisCluster {
  readonly servers: readonly RedisServer[]
  /** Where a client begins. */
  readonly nodes: readonly { readonly host: string; readonly port: number }[]
  [Symbol.asyncDispose](): Promise<void>
}

const SLOTS = 16_384
const HANDSHAKE_MS = 3_000
const SETTINGS = ['cluster-enabled yes', 'cluster-config-file nodes.conf', 'cluster-node-timeout 2000']

/** Starts `size` masters, with lines of redis.conf beside ours, and resolves once each knows all of them. */
export async function startCluster(size = 3, settings: readonly string[] = []): Promise<RedisCluster> {
  const all = [...SETTINGS, ...settings]
  const servers = await Promise.all(Array.from({ length: size }, () => startRedis({ settings: all })))
  const clients = servers.map(({ port }) => new Redis(port))
  try {
    await Promise.all(clients.map((client, index) => takeSlots(client, index, size)))
    let askedAt = Number.NEGATIVE_INFINITY
    await until('a cluster that is whole', async () => {
      // A handshake that was lost is not tried again by itself.
      if (Date.now() - askedAt > HANDSHAKE_MS) {
        askedAt = Date.now()
        for (const { host, port } of servers.slice(1)) await clients[0]?.call('CLUSTER', 'MEET', host, port)
      }
      const infos = await Promise.all(clients.map((client) => client.call('CLUSTER', 'INFO')))
      return infos.every((info) => isWhole(String(info), size))
    })
  } finally {
    for (const client of clients) client.disconnect()
  }
  return {
    servers,
    nodes: servers.map(({ host, port }) => ({ host, port })),
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()))
    },
  }
}

async function takeSlots(client: Redis, index: number, size: number): Promise<void> {
  const share = Math.ceil(SLOTS / size)
  await client.call('CLUSTER', 'ADDSLOTSRANGE', index * share, Math.min(SLOTS, (index + 1) * share) - 1)
  // Nodes of one epoch would have to agree first.
  await client.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1)
}

/** Where all slots need not be served, the state is `ok` before a node has heard of all that are. */
function isWhole(info: string, size: number): boolean {
  const signs = ['cluster_state:ok', `cluster_known_nodes:${size}`, `cluster_slots_assigned:${SLOTS}`]
  return signs.every((sign) => info.includes(`${sign}\r`))
}
