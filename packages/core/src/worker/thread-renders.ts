import { systemClock } from '../clock.ts'
import { type Applicant, Gate } from '../engine/admission/gate.ts'
import type { Admission } from '../engine/plan.ts'
import { SsrCacheError } from '../errors.ts'
import { unnoticed } from '../key-coverage/noticing.ts'
import { type Asked, type Asking, askingBy } from './asked.ts'
import type { SentPage } from './thread-messages.ts'
import { ThreadPool } from './thread-pool.ts'
import { type ThreadAnswer, ThreadRender } from './thread-render.ts'
import type { PageOutside } from './told.ts'
import type { WorkerSettings } from './worker-options.ts'

/** What threads are doing. */
export interface WorkerRenderStats {
  /** Renders that have a thread. */
  readonly running: number
  /** Renders that wait for one. */
  readonly queued: number
}

/** Whoever waits that long for a thread is told of in the log, once: it is as if the cache had let too many in. */
const LONG_WAIT_MS = 1_000

/** All renders by one file: who has a thread, who waits for one, and when each of them ends. */
export class ThreadRenders {
  readonly #settings: WorkerSettings
  readonly #pool: ThreadPool
  readonly #gate: Gate
  readonly #asked = new Set<AbortController>()
  /** Settle when their threads are free. */
  readonly #running = new Set<Promise<void>>()
  #isClosed = false
  #hasWarned = false

  constructor(file: URL, settings: WorkerSettings) {
    this.#settings = settings
    this.#gate = new Gate({ concurrency: settings.threads, queueLimit: Number.POSITIVE_INFINITY })
    this.#pool = new ThreadPool(file, settings)
  }

  get ready(): Promise<void> {
    return this.#pool.ready
  }

  get stats(): WorkerRenderStats {
    return { running: this.#gate.running, queued: this.#gate.queued }
  }

  async render(asked: Asked, data: unknown): Promise<ThreadAnswer> {
    if (this.#isClosed) throw closedError('a render')
    const asking = askingBy(asked)
    const { signal, done } = this.#lifeOf(asking)
    try {
      const place = await this.#place(signal)
      const render = this.#begin(asking, data, signal)
      this.#running.add(render.ended)
      void render.ended.then(() => {
        this.#running.delete(render.ended)
        place.release()
        done()
      })
      return await render.answer
    } catch (error) {
      done()
      throw error
    }
  }

  /** Aborts what runs, and ends all threads when it has ended, or had its time. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#gate.close()
    for (const controller of this.#asked) controller.abort(closedError('a render that was still running'))
    await this.#ended()
    await this.#pool.close()
    await Promise.all(this.#running)
  }

  /** All have ended, or have had their time: threads that still load the file are not waited for. */
  #ended(): Promise<unknown> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = systemClock.schedule(this.#settings.graceMs, resolve)
    return Promise.race([Promise.all(this.#running), promise]).finally(() => systemClock.cancel(timer))
  }

  /** Aborted by whoever asked, past the deadline, and by `close`. */
  #lifeOf({ onAbort }: Asking): { readonly signal: AbortSignal; readonly done: () => void } {
    const controller = new AbortController()
    const abort = (reason: unknown): void => controller.abort(reason)
    this.#asked.add(controller)
    const stop = onAbort(abort)
    const { deadlineMs } = this.#settings
    const timer = systemClock.schedule(deadlineMs, () => abort(deadlineError(deadlineMs)))
    const done = (): void => {
      systemClock.cancel(timer)
      stop()
      this.#asked.delete(controller)
    }
    return { signal: controller.signal, done }
  }

  /** A thread to render in. Throws where the render is aborted first. */
  async #place(signal: AbortSignal): Promise<Admission> {
    signal.throwIfAborted()
    const applicant = this.#gate.apply()
    const place = await this.#waitFor(applicant, signal)
    if (place !== undefined && !signal.aborted) return place
    place?.release()
    throw signal.aborted ? signal.reason : closedError('a render')
  }

  async #waitFor(applicant: Applicant, signal: AbortSignal): Promise<Admission | undefined> {
    const withdraw = (): void => void applicant.withdraw()
    const waits = systemClock.schedule(LONG_WAIT_MS, () => this.#warn())
    signal.addEventListener('abort', withdraw)
    try {
      return await applicant.place
    } finally {
      systemClock.cancel(waits)
      signal.removeEventListener('abort', withdraw)
    }
  }

  #begin({ request, page, reads }: Asking, data: unknown, signal: AbortSignal): ThreadRender {
    return new ThreadRender({
      task: { request, data, page: page && sentPage(page, reads !== undefined) },
      page,
      reads,
      signal,
      graceMs: this.#settings.graceMs,
      run: (task, transfer, kill) => this.#pool.run(task, transfer, kill),
    })
  }

  #warn(): void {
    if (this.#hasWarned) return
    this.#hasWarned = true
    const { threads, logger } = this.#settings
    logger.warn(
      { threads, ...this.stats },
      'a render has waited for a thread for a second, in its place among those that the cache lets render at once: give workerRender more threads, or admission a lower concurrency',
    )
  }
}

function sentPage({ around, context }: PageOutside, isWatched: boolean): SentPage {
  const { variant, previous } = context
  // To clone it is no read of it.
  return { id: around.id, variant: { ...unnoticed(variant) }, previous, isWatched }
}

function deadlineError(deadlineMs: number): SsrCacheError {
  const message = `a render in a thread must end within deadlineMs (${deadlineMs} ms), and this one did not. Raise it, or find out what the render waits for.`
  return new SsrCacheError('ERR_SSR_CACHE_DEADLINE', message)
}

function closedError(what: string): SsrCacheError {
  const message = `${what} must come before close() of workerRender. Close the server first, then the cache, then this.`
  return new SsrCacheError('ERR_SSR_CACHE_CLOSED', message)
}
