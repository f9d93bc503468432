import { randomUUID } from 'node:crypto'
import type { Generation, LogTail, Target } from '@ssr-cache/core/store'
import type { Commands } from '../src/connection.ts'
import { Connection } from '../src/connection.ts'
import { ownRedis } from '../src/dial.ts'
import { RedisLog, type RedisLogOptions } from '../src/redis-log.ts'
import { Trouble } from '../src/trouble.ts'
import { HeardLogger } from './heard-logger.ts'

export const SOFT = { hard: false, settleMs: 0 }
export const HARD = { hard: true, settleMs: 0 }

/** Of no log: everything is news. */
export const UNHEARD: Generation = { epoch: '', position: -1 }

export function tag(name: string): Target {
  return { kind: 'tag', tag: name }
}

/** A prefix that no other test uses. */
export function freshPrefix(): string {
  return `test:${randomUUID()}:`
}

/** One process' log, with the connection under it. */
export interface LogNode {
  readonly log: RedisLog
  readonly connection: Connection
  readonly commands: Commands
  readonly logger: HeardLogger
  [Symbol.asyncDispose](): Promise<void>
}

/** A log over a client of its own; two with one prefix are two processes. */
export async function openLog(
  server: { readonly port: number } | Commands,
  options: Partial<RedisLogOptions> = {},
): Promise<LogNode> {
  const commands = 'status' in server ? server : ownRedis(`redis://127.0.0.1:${server.port}`, {})
  const logger = new HeardLogger()
  const connection = new Connection(commands, { isOwn: true, trouble: new Trouble(logger) })
  const log = new RedisLog(connection, { keyPrefix: freshPrefix(), syncTimeoutMs: 2_000, ...options })
  await connection.ready()
  return {
    log,
    connection,
    commands,
    logger,
    async [Symbol.asyncDispose]() {
      log.close()
      await connection.close()
    },
  }
}

/** The positions that a tail lists. */
export function positions({ records }: LogTail): readonly number[] | 'too-many' {
  return records === 'too-many' ? records : records.map(({ position }) => position)
}

/** What a follower was told. */
export class Follower {
  readonly heard: (LogTail | 'cut')[] = []
  readonly stop: () => void

  constructor(log: RedisLog) {
    this.stop = log.follow((news) => this.heard.push(news))
  }

  get cuts(): number {
    return this.heard.filter((news) => news === 'cut').length
  }

  /** Positions of all records that it was told of. */
  get positions(): readonly number[] {
    return this.tails.flatMap((tail) =>
      tail.records === 'too-many' ? [] : tail.records.map(({ position }) => position),
    )
  }

  get tails(): readonly LogTail[] {
    return this.heard.filter((news) => news !== 'cut')
  }

  knows({ epoch, position }: Generation): boolean {
    const head = this.tails.at(-1)?.head
    return head?.epoch === epoch && head.position >= position
  }
}
