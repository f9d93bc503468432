import { AsyncLocalStorage } from 'node:async_hooks'
import type { Clock } from '../clock.ts'
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

type Called<T> = Troubles & { readonly answer: T }

/** Something is there, and is no text of ours: cut off, or written by another program or with other settings of Keyv. */
export interface Unreadable {
  readonly kind: 'unreadable'
}

/** How long a call may take: what waits behind one that is never answered would wait, and be kept in memory, for ever. */
const ANSWER_MS = 5_000

/**
 * A Keyv whose failures are rejections. Keyv 6 emits them as `error`, resolves as if nothing were kept, and throws from `emit` where nobody listens; an idle
 * connection that breaks emits one outside of any call. Whoever listens here keeps the process alive; the async context tells whose error it was.
 */
export class Database {
  readonly #keyv: KeyvDatabase
  readonly #clock: Clock
  /** Keys of which a write is late. It may still come, and must not come over a later one. */
  readonly #late = new Set<string>()
  readonly #calls = new AsyncLocalStorage<Troubles>()
  readonly #onError = (error: unknown): void => void this.#calls.getStore()?.errors.push(error)
  readonly #onOutage = (): void => {
    const troubles = this.#calls.getStore()
    if (troubles !== undefined) troubles.isOutage = true
  }

  constructor(keyv: KeyvDatabase, clock: Clock) {
    this.#keyv = keyv
    this.#clock = clock
    keyv.on('error', this.#onError)
    // Counted beside the error where the database failed, and not where a value could not be decoded.
    keyv.on('stat:error', this.#onOutage)
  }

  /** Rejects where the database fails. */
  async get(key: string): Promise<string | Unreadable | undefined> {
    const { answer, errors, isOutage } = await this.#inTime(
      'read',
      this.#call(() => this.#keyv.get(key)),
    )
    if (isOutage) throw failure('read', errors[0])
    if (errors.length > 0) return { kind: 'unreadable' }
    if (answer === undefined || answer === null || typeof answer === 'string') return answer ?? undefined
    return { kind: 'unreadable' }
  }

  /** Rejects where the database does not say that it was kept. */
  async set(key: string, value: string, ttlMs: number): Promise<void> {
    const { answer, errors } = await this.#write('write', key, () => this.#keyv.set(key, value, ttlMs))
    if (answer === false || errors.length > 0) throw failure('write', errors[0])
  }

  /** Whether there was something. Rejects where the database fails. */
  async delete(key: string): Promise<boolean> {
    const { answer, errors } = await this.#write('delete', key, () => this.#keyv.delete(key))
    if (errors.length > 0) throw failure('delete', errors[0])
    return answer
  }

  close(): void {
    this.#keyv.off('error', this.#onError)
    this.#keyv.off('stat:error', this.#onOutage)
  }

  #write<T>(operation: string, key: string, call: () => Promise<T>): Promise<Called<T>> {
    if (this.#late.has(key))
      return Promise.reject(failure(operation, new Error('an earlier write is not answered yet')))
    const called = this.#call(call)
    const answered = (): void => void this.#late.delete(key)
    return this.#inTime(operation, called, () => {
      this.#late.add(key)
      called.then(answered, answered)
    })
  }

  async #inTime<T>(operation: string, called: Promise<T>, onLate?: () => void): Promise<T> {
    const late = Promise.withResolvers<never>()
    const timer = this.#clock.schedule(ANSWER_MS, () => {
      onLate?.()
      late.reject(failure(operation, new Error(`no answer within ${ANSWER_MS} ms`)))
    })
    try {
      return await Promise.race([called, late.promise])
    } finally {
      this.#clock.cancel(timer)
    }
  }

  async #call<T>(call: () => Promise<T>): Promise<Called<T>> {
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
