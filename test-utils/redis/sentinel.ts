import { Redis } from 'ioredis'
import { type RedisServer, startRedis } from './server.ts'
import { until } from './until.ts'

/** A primary with a replica, and three who watch them: two of three replace a primary that has been silent for a second. */
export interface RedisSentinel {
  readonly name: string
  readonly sentinels: readonly { readonly host: string; readonly port: number }[]
  /** The two as they began. */
  readonly primary: RedisServer
  readonly replica: RedisServer
  /** Port of the one that is primary now, as the first sentinel sees it. */
  primaryPort(): Promise<number>
  [Symbol.asyncDispose](): Promise<void>
}

const NAME = 'main'

export async function startSentinel(): Promise<RedisSentinel> {
  const primary = await startRedis()
  const replica = await startRedis({
    settings: [`replicaof ${primary.host} ${primary.port}`, 'repl-diskless-sync-delay 0'],
  })
  const watchers = await Promise.all([1, 2, 3].map(() => startRedis({ sentinel: true, settings: watching(primary) })))
  const [{ port }] = watchers as [RedisServer]
  const client = new Redis(port)
  await until('sentinels that know each other', async () => {
    const master = await client.call('SENTINEL', 'MASTER', NAME)
    return fieldOf(master, 'num-slaves') === '1' && fieldOf(master, 'num-other-sentinels') === '2'
  })
  return {
    name: NAME,
    sentinels: watchers.map(({ host, port }) => ({ host, port })),
    primary,
    replica,
    async primaryPort() {
      return Number(fieldOf(await client.call('SENTINEL', 'MASTER', NAME), 'port'))
    },
    async [Symbol.asyncDispose]() {
      client.disconnect()
      await Promise.all([...watchers, replica, primary].map((server) => server[Symbol.asyncDispose]()))
    },
  }
}

function watching({ host, port }: RedisServer): readonly string[] {
  return [
    `sentinel monitor ${NAME} ${host} ${port} 2`,
    `sentinel down-after-milliseconds ${NAME} 1000`,
    `sentinel failover-timeout ${NAME} 3000`,
  ]
}

/** Sentinels answer with a list of names and values in turn. */
function fieldOf(answer: unknown, name: string): string | undefined {
  const words = answer as string[] // of the command above
  return words[words.indexOf(name) + 1]
}
