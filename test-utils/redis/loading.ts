import { Redis } from 'ioredis'
import type { RedisServer } from './server.ts'
import { until } from './until.ts'

/** Settings of a server that can be made to load its data for so long that others notice. */
export const SLOW_TO_LOAD: readonly string[] = [
  'enable-debug-command yes',
  'loading-process-events-interval-bytes 1024',
]

/** Two seconds at the delay below. */
const KEYS = '4000'
const MICROSECONDS_PER_KEY = '500'

/** Has the server read its data anew, as after a restart, and does `work` while it answers LOADING; resolves when it has loaded. Its data are gone then. */
export async function whileLoading(server: RedisServer, work: () => Promise<unknown>): Promise<void> {
  const client = new Redis(server.port)
  client.on('error', () => {})
  try {
    await client.debug('POPULATE', KEYS)
    await client.config('SET', 'key-load-delay', MICROSECONDS_PER_KEY)
    const loaded = client.debug('RELOAD')
    loaded.catch(() => {}) // looked at below, unless the work fails
    await until('it loads', () => isLoading(server))
    await work()
    await client.config('SET', 'key-load-delay', '0').catch(() => {})
    await loaded
    await client.flushall()
  } finally {
    client.disconnect()
  }
}

async function isLoading({ port }: RedisServer): Promise<boolean> {
  const probe = new Redis(port, { enableReadyCheck: false })
  const said = await probe.get('a key').catch(String)
  probe.disconnect()
  return String(said).includes('LOADING')
}
