import { SsrCacheError } from '@ssr-cache/core/store'
import type { Commands } from './connection.ts'

/** What the store calls, and what its scripts call. */
const NEEDED = [
  'get',
  'set',
  'unlink',
  'getrange',
  'strlen',
  'pexpire',
  'pttl',
  'eval',
  'evalsha',
  'time',
  'publish',
  'subscribe',
  'hset',
  'hget',
  'hmget',
  'hdel',
  'zadd',
  'zrange',
  'zrem',
  'zremrangebyscore',
] as const // biome-ignore format: names

const OLDEST = [6, 2] as const

/**
 * Asks a server what it is, and gives the name of this very run of it: `run_id`. What a server does not tell (some services hide INFO or COMMAND) is not held
 * against it.
 * @throws `ERR_SSR_CACHE_STORE` for a server that is too old, or lacks a command; what the connection throws.
 */
export async function checkServer(commands: Commands): Promise<string | undefined> {
  const [info, known] = await Promise.all([
    unlessHidden(commands.info('server')),
    unlessHidden(commands.command('INFO', ...NEEDED)),
  ])
  if (typeof info === 'string') checkVersion(info)
  if (Array.isArray(known)) checkCommands(known)
  return typeof info === 'string' ? /^run_id:(\w+)/m.exec(info)?.[1] : undefined
}

function checkVersion(info: string): void {
  const [, version, major = 0, minor = 0] = /^redis_version:((\d+)\.(\d+)[\w.-]*)/m.exec(info) ?? []
  if (version === undefined) return
  if (Number(major) > OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) >= OLDEST[1])) return
  throw unfit(`Redis ${OLDEST.join('.')} or newer, or Valkey`, `Redis ${version}`, 'Upgrade the server.')
}

function checkCommands(known: readonly unknown[]): void {
  const missing = NEEDED.filter((_, i) => known[i] === null)
  if (missing.length === 0) return
  const names = missing.join(', ').toUpperCase()
  throw unfit(
    'a Redis with all of its commands',
    `one without ${names}`,
    'Take back "rename-command", or use another service.',
  )
}

function unfit(expected: string, got: string, wayOut: string): SsrCacheError {
  const message = `the server must be ${expected}, got ${got}. ${wayOut} Until then the app goes on without it.`
  return new SsrCacheError('ERR_SSR_CACHE_STORE', message)
}

async function unlessHidden(reply: Promise<unknown>): Promise<unknown> {
  try {
    return await reply
  } catch (error) {
    if (error instanceof Error && /NOPERM|unknown command/i.test(error.message)) return undefined
    throw error
  }
}
