import { createHash } from 'node:crypto'
import type { RedisKey, RedisValue } from 'ioredis'
import type { Commands } from './connection.ts'

/**
 * A program that Redis runs in one step. It is sent by its hash, and in full only to a server that does not know it. Nothing is defined on the client, which
 * may be the caller's.
 */
export class Script {
  readonly #lua: string
  readonly #sha: string

  constructor(lua: string) {
    this.#lua = lua
    this.#sha = createHash('sha1').update(lua).digest('hex')
  }

  /** All keys must be in one slot. */
  async run(commands: Commands, keys: RedisKey | readonly RedisKey[], args: readonly RedisValue[]): Promise<unknown> {
    const all = isMany(keys) ? keys : [keys]
    try {
      return await commands.evalsha(this.#sha, all.length, ...all, ...args)
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return await commands.eval(this.#lua, all.length, ...all, ...args)
    }
  }
}

function isMany(keys: RedisKey | readonly RedisKey[]): keys is readonly RedisKey[] {
  return Array.isArray(keys)
}
