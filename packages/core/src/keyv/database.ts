import { AsyncLocalStorage } from 'node:async_hooks'
import { SsrCacheError } from '../errors.ts'

/** What {@link keyvStore} needs of a database: a `Keyv` of version 6 is one. */
export interface KeyvDatabase {
  get(key: string): Promise<unknown>
  /** `ttl` in milliseconds; `false` where it was not kept. */
  set(key: string, value: string, ttl: number): Promise<boolean>
  delete(key: string): Promise<boolean>
  on(event: string, listener: (data: unknown) => void): unknown
  off(event: string, listener: (data: unknown) => void): unknown
  /** Keyv's adapter; one over a `Map` keeps nothing beyond this process. */
  readonly store?: object
}

/** What went wrong in one call. Keyv tells it by events, and answers as if nothing were there. */
interface Troubles {
  readonly errors: unknown[]
  /** Whether the database failed, and not what was read from it. */
  isOutage: boolean
}

/** Something is there, and is no text of ours: cut off, or written by another program or with other settings of Keyv. */
export interface Unreadable {
  readonly kind: 'unreadable'
  readonly cause: unknown
}

/**
 * A Keyv whose failures are rejections. Keyv 6 emits them as `error`, resolves as if nothing were kept, and throws from `emit` where nobody listens; an idle
 * connection that breaks emits one outside of any call. Whoever listens here keeps the process alive; the async context tells whose error it was.
 */
export class Database {
  readonly #keyv: KeyvDatabase
  readonly #calls = new AsyncLocalStorage<Troubles>()
  readonly #onError = (error: unknown): void => void this.#calls.getStore()?.errors.push(error)
  readonly #onOutage = (): void => {
    const troubles = this.#calls.getStore()
    if (troubles !== undefined) troubles.isOutage = true
  }

  constructor(keyv: KeyvDatabase) {
    this.#keyv = keyv
    keyv.on('error', this.#onError)
    // Counted beside the error where the database failed, and not where a value could not be decoded.
    keyv.on('stat:error', this.#onOutage)
  }

  /** Rejects where the database fails. */
  async get(key: string): Promise<string | Unreadable | undefined> {
    const { answer, errors, isOutage } = await this.#call(() => this.#keyv.get(key))
    if (isOutage) throw failure('read', errors[0])
    if (errors.length > 0) return { kind: 'unreadable', cause: errors[0] }
    if (answer === undefined || answer === null || typeof answer === 'string') return answer ?? undefined
    return { kind: 'unreadable', cause: new TypeError(`expected text, got ${typeof answer}`) }
  }

  /** Rejects where the database does not say that it was kept. */
  async set(key: string, value: string, ttlMs: number): Promise<void> {
    const { answer, errors } = await this.#call(() => this.#keyv.set(key, value, ttlMs))
    if (answer === false || errors.length > 0) throw failure('write', errors[0])
  }

  /** Whether there was something. Rejects where the database fails. */
  async delete(key: string): Promise<boolean> {
    const { answer, errors } = await this.#call(() => this.#keyv.delete(key))
    if (errors.length > 0) throw failure('delete', errors[0])
    return answer
  }

  close(): void {
    this.#keyv.off('error', this.#onError)
    this.#keyv.off('stat:error', this.#onOutage)
  }

  async #call<T>(call: () => Promise<T>): Promise<Troubles & { readonly answer: T }> {
    const troubles: Troubles = { errors: [], isOutage: false }
    const answer = await this.#calls.run(troubles, call)
    return { ...troubles, answer }
  }
}

function failure(operation: string, cause: unknown): SsrCacheError {
  const told = cause === undefined ? 'it answered false' : String(cause)
  const message = `Keyv's database must ${operation} what it is told to, and did not: ${told}. The page is rendered as if nothing were kept; mend the connection.`
  return new SsrCacheError('ERR_SSR_CACHE_STORE', message, { cause })
}
