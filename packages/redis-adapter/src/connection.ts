import { setTimeout as passed } from 'node:timers/promises'
import { isSsrCacheError, type Now, SsrCacheError } from '@ssr-cache/core/store'
import type { Cluster, Redis, RedisKey, RedisValue } from 'ioredis'
import { CONNECT_MS, dialFor } from './dial.ts'
import type { Script } from './script.ts'
import { checkServer } from './server-check.ts'
import { Subscriber } from './subscriber.ts'
import { type Trouble, textOf } from './trouble.ts'

/** What commands go through: a server, what Sentinel names as one, or a cluster. */
export type Commands = Redis | Cluster

/** `opening`: not connected yet, and not known to fail. `lost`: it failed, and is tried again. `unfit`: what answers is no Redis that would do. */
export type ConnectionState = 'opening' | 'ready' | 'lost' | 'unfit' | 'closed'

/** One run of a server, from its start to its end. */
export interface ServerRun {
  /** Its `run_id`. */
  readonly id: string
}

/** How long `close` lets commands finish that are on their way. */
const QUIT_MS = 500

/** When a connection that stands, and whose server could not be looked at, is looked at again. */
const CHECK_AGAIN_MS = 1_000

/**
 * The connections of one store: one for commands, and one for messages, which is made when it is first needed. While there is none, commands are not sent:
 * a queue that waits for a server would hold every page up.
 */
export class Connection {
  readonly commands: Commands
  readonly subscriber: Subscriber
  readonly #isOwn: boolean
  readonly #trouble: Trouble
  readonly #watchers = new Set<(state: ConnectionState) => void>()
  /** Scripts that are on their way. */
  readonly #running = new Set<Promise<unknown>>()
  readonly #opening = Promise.withResolvers<void>()
  readonly #patience: NodeJS.Timeout
  #checkingAgain: NodeJS.Timeout | undefined
  #state: ConnectionState = 'opening'
  #server: ServerRun | undefined
  #reason: unknown

  /** `isOwn`: made by us, and so closed by us. */
  constructor(commands: Commands, o: { readonly isOwn: boolean; readonly trouble: Trouble }) {
    this.commands = commands
    this.#isOwn = o.isOwn
    this.#trouble = o.trouble
    this.subscriber = new Subscriber(dialFor(commands), {
      failed: (error) => o.trouble.report(error, 'messages'),
      joined: () => o.trouble.over('messages'),
    })
    this.#opening.promise.catch(ignored) // nobody may be waiting
    // Two turns later: what has arrived while this process was busy is read first.
    this.#patience = setTimeout(() => setImmediate(() => setImmediate(this.#late)), CONNECT_MS).unref()
    commands.on('ready', this.#ready).on('close', this.#lost).on('end', this.#lost).on('error', this.#failed)
    if (commands.status === 'ready') this.#ready()
    else if (commands.status !== 'connecting' && commands.status !== 'connect') this.#connect()
  }

  get state(): ConnectionState {
    return this.#state
  }

  get isReady(): boolean {
    return this.#state === 'ready' && this.commands.status === 'ready'
  }

  /**
   * The server at the other end, by an object that is another as soon as the connection is; `undefined` while there is none, where it is not told, and in a
   * cluster, which sends commands to other servers without connecting anew. A command was run by that server if this is the same before and after.
   */
  get server(): ServerRun | undefined {
    return this.#server
  }

  /**
   * Nothing where commands can go out; a promise of that while the first attempt to connect is under way, two seconds at most.
   * @throws `ERR_SSR_CACHE_STORE` at once where the server is known to be gone.
   */
  ready(): Now<void> {
    if (this.isReady) return
    if (this.#state === 'opening') return this.#opening.promise
    throw this.#unreachable()
  }

  /** Calls `watcher` with each new state until the function that it gives back is called. */
  onChange(watcher: (state: ConnectionState) => void): () => void {
    // Of its own, so that one function may watch twice.
    const own = (state: ConnectionState): void => watcher(state)
    this.#watchers.add(own)
    return () => this.#watchers.delete(own)
  }

  /**
   * Runs `script` in one slot. `operation` is for the message.
   * @throws `ERR_SSR_CACHE_STORE` for whatever Redis rejects it with, and where there is no Redis.
   */
  async run(
    operation: string,
    script: Script,
    keys: readonly RedisKey[],
    args: readonly RedisValue[],
  ): Promise<unknown> {
    try {
      await this.ready()
      return await this.#tracked(script.run(this.commands, keys, args))
    } catch (error) {
      throw this.failure(operation, error)
    }
  }

  /** What a command was rejected with, in this library's words; said once in the log. */
  failure(operation: string, rejected: unknown): SsrCacheError {
    if (isSsrCacheError(rejected)) return rejected
    const error = inWords(rejected)
    if (this.#state !== 'closed') this.#trouble.report(error)
    this.#heal(error)
    return new SsrCacheError('ERR_SSR_CACHE_STORE', `${operation} failed in Redis: ${textOf(error)}`, { cause: error })
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return
    const wasReady = this.isReady
    this.#become('closed')
    clearTimeout(this.#patience)
    clearTimeout(this.#checkingAgain)
    this.#opening.reject(this.#unreachable())
    this.#watchers.clear()
    this.subscriber.close()
    const { commands } = this
    commands.off('ready', this.#ready).off('close', this.#lost).off('end', this.#lost).off('error', this.#failed)
    if (this.#isOwn) await disconnect(commands, wasReady ? [...this.#running] : undefined)
  }

  readonly #ready = (): void => {
    clearTimeout(this.#checkingAgain)
    checkServer(this.commands).then(
      (run) => this.#fit(run),
      (error: unknown) => this.#unfit(inWords(error)),
    )
  }

  #fit(run: string | undefined): void {
    if (this.#state === 'closed' || this.commands.status !== 'ready') return
    this.#server = run === undefined || this.commands.isCluster ? undefined : { id: run }
    clearTimeout(this.#patience)
    this.#reason = undefined
    this.#become('ready')
    this.#opening.resolve()
    this.#trouble.over('commands')
  }

  #unfit(error: unknown): void {
    if (this.#state === 'closed') return
    this.#reason = error
    if (isSsrCacheError(error)) this.#trouble.say('unfit', error.message, { error })
    else this.#unseen(error)
    this.#become(isSsrCacheError(error) ? 'unfit' : 'lost')
    this.#opening.reject(this.#unreachable())
  }

  /** The server could not be looked at. The client tells of a connection once, so that nobody else would look again. */
  #unseen(error: unknown): void {
    this.#trouble.report(error)
    this.#heal(error)
    this.#checkingAgain = setTimeout(() => {
      if (this.commands.status === 'ready') this.#ready()
    }, CHECK_AGAIN_MS).unref()
  }

  readonly #late = (): void => {
    if (this.#state === 'opening') this.#miss(new Error(`timeout: no connection within ${CONNECT_MS} ms`))
  }

  readonly #lost = (): void => this.#miss(new Error('the connection is closed'))

  #miss(error: Error): void {
    this.#server = undefined
    if (this.#state === 'closed') return
    if (this.#reason === undefined) this.#failed(error)
    this.#become('lost')
    this.#opening.reject(this.#unreachable())
  }

  readonly #failed = (error: unknown): void => {
    this.#reason = error
    this.#trouble.report(error)
  }

  async #tracked<T>(reply: Promise<T>): Promise<T> {
    this.#running.add(reply)
    try {
      return await reply
    } finally {
      this.#running.delete(reply)
    }
  }

  #become(state: ConnectionState): void {
    if (state === this.#state) return
    this.#state = state
    for (const watcher of [...this.#watchers]) watcher(state)
  }

  #unreachable(): SsrCacheError {
    if (this.#state === 'closed') {
      return new SsrCacheError('ERR_SSR_CACHE_CLOSED', 'the Redis store was used after close(). Make another.')
    }
    if (isSsrCacheError(this.#reason)) return this.#reason
    const message =
      'Redis must be connected, got no connection. It is tried again by itself; the log says what is wrong.'
    return new SsrCacheError('ERR_SSR_CACHE_STORE', message, { cause: this.#reason })
  }

  #connect(): void {
    if (this.commands.status === 'wait') this.commands.connect().catch(ignored) // told by 'error' and 'close'
  }

  /** A pipeline of which one command alone was moved is not sent again by ioredis, and so it does not learn from it. */
  #heal(error: unknown): void {
    if (this.commands.isCluster && error instanceof Error && /^(MOVED|ASK|CLUSTERDOWN)/.test(error.message)) {
      ;(this.commands as Cluster).refreshSlotsCache() // `isCluster`
    }
  }
}

/** What was begun is finished first: a script that the server does not know yet is sent a second time. Not for ever: a server that hangs answers nothing. */
async function disconnect(commands: Commands, running: readonly Promise<unknown>[] | undefined): Promise<void> {
  commands.on('error', ignored)
  if (running !== undefined) {
    const over = Promise.allSettled(running).then(() => commands.quit().catch(ignored))
    await Promise.race([over, passed(QUIT_MS, undefined, { ref: false })])
  }
  commands.disconnect()
}

function ignored(): void {}

/** Of keys that no node of a cluster is known to serve, ioredis says over what its own code has stumbled (`slots[slot].join`, while it groups commands by node). */
function inWords(error: unknown): unknown {
  if (!(error instanceof TypeError && error.message.includes("'join'"))) return error
  return new Error('CLUSTERDOWN no node of the cluster is known to serve these keys', { cause: error })
}
