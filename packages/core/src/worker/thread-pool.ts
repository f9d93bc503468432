import { existsSync } from 'node:fs'
import type { Piscina } from 'piscina'
import { systemClock } from '../clock.ts'
import { SsrCacheError } from '../errors.ts'
import { crossed } from './crossing-error.ts'
import { LOAD_MS } from './load-ms.ts'
import type { ThreadSettings, ThreadTask } from './thread-messages.ts'
import type { WorkerSettings } from './worker-options.ts'

/**
 * The file that threads start by: it lies beside this one, whether that is a source or was built. Asked for when it is needed, since a bundle has no such place,
 * and some have no `import.meta`.
 * @throws ERR_SSR_CACHE_OPTION where it is not there.
 */
export function entryFile(here: string | undefined = import.meta.url): URL {
  const entry =
    here === undefined ? undefined : new URL(here.endsWith('.ts') ? 'thread-entry.ts' : 'thread-entry.js', here)
  if (entry !== undefined && existsSync(entry)) return entry
  const message = `workerRender must find the file of @ssr-cache/core that threads start by, and there is none at ${entry?.href ?? 'a place that has no import.meta.url'}. Leave @ssr-cache/core and piscina out of the bundle (external); the file that renders may be one.`
  throw new SsrCacheError('ERR_SSR_CACHE_OPTION', message)
}

/** Threads that have loaded one file, and render: one page at a time in each. */
export class ThreadPool {
  /** All threads that begin with it have loaded the file. Rejects where one could not: then nothing is rendered. */
  readonly ready: Promise<void>
  readonly #file: string
  readonly #pool: Promise<Piscina>

  constructor(file: URL, settings: WorkerSettings) {
    this.#file = file.href
    this.#pool = startedPool(entryFile(), this.#file, settings)
    this.ready = this.#load(settings)
    // Told by the log, and to whoever renders.
    this.ready.catch((error: unknown) =>
      settings.logger.error({ error, file: this.#file }, 'workerRender cannot render'),
    )
  }

  /** Settles when its thread is free, or gone. `kill` ends the thread, and another takes its place. */
  async run(task: ThreadTask, transfer: readonly object[], kill: AbortSignal): Promise<void> {
    await this.ready
    const pool = await this.#pool
    try {
      await pool.run(task, { transferList: transfer as never, signal: kill }) // to piscina's types, Node's own transferables are none
    } catch (error) {
      throw kill.aborted ? error : this.#lost(error)
    }
  }

  /** Ends all threads, whatever they are doing. */
  async close(): Promise<void> {
    const pool = await this.#pool.catch(() => undefined)
    await pool?.destroy()
  }

  /** In each thread at once. */
  async #load({ threads, idleMs }: WorkerSettings): Promise<void> {
    const pool = await this.#pool
    const atStart = idleMs === undefined ? threads : 1
    try {
      await Promise.all(Array.from({ length: atStart }, () => this.#loadIn(pool)))
    } catch (error) {
      await pool.destroy()
      throw error
    }
  }

  async #loadIn(pool: Piscina): Promise<void> {
    const limit = new AbortController()
    const timer = systemClock.schedule(LOAD_MS, () => limit.abort())
    try {
      // With a signal, no thread is given two of them.
      const failure = await pool.run(undefined, { signal: limit.signal }).catch((error: unknown) => {
        throw limit.signal.aborted ? neverLoaded(this.#file) : this.#lost(error)
      })
      if (failure !== undefined) throw crossed(failure)
    } finally {
      systemClock.cancel(timer)
    }
  }

  #lost(cause: unknown): SsrCacheError {
    if (isUncloneable(cause)) return uncloneable(cause)
    const why = cause instanceof Error ? cause.message : String(cause)
    const message = `a render in a thread must leave the thread alive, and ${this.#file} lost it: ${why}. Look for process.exit, for an error that nobody catches, and at resourceLimits.`
    return new SsrCacheError('ERR_SSR_CACHE_RENDER', message, { cause })
  }
}

async function startedPool(entry: URL, file: string, settings: WorkerSettings): Promise<Piscina> {
  const { threads, idleMs, execArgv, resourceLimits, logger } = settings
  // Not before somebody renders in threads: whoever does not, loads nothing.
  const { Piscina } = await import('piscina')
  const pool = new Piscina({
    filename: entry.href,
    workerData: { file } satisfies ThreadSettings,
    minThreads: idleMs === undefined ? threads : 1,
    maxThreads: threads,
    idleTimeout: idleMs ?? Number.POSITIVE_INFINITY,
    concurrentTasksPerWorker: 1,
    // Between two renders a thread lives on: connections, timers, streams.
    atomics: 'disabled',
    stricterFIFO: true,
    recordTiming: false,
    ...(execArgv !== undefined && { execArgv: [...execArgv] }),
    ...(resourceLimits !== undefined && { resourceLimits }),
  })
  pool.on('error', (error: unknown) => logger.error({ error, file }, 'a thread of workerRender has ended'))
  return pool
}

function neverLoaded(file: string): SsrCacheError {
  const message = `the file of workerRender must be loaded within ${LOAD_MS / 1000} s, and ${file} was not. Look for a top-level await of what does not answer.`
  return new SsrCacheError('ERR_SSR_CACHE_OPTION', message)
}

function isUncloneable(error: unknown): error is Error {
  return error instanceof Error && error.name === 'DataCloneError'
}

function uncloneable(cause: Error): SsrCacheError {
  const message = `the data of a render in a thread must be what structuredClone takes, and this is not: ${cause.message}. Hand over plain data, without functions and instances of classes.`
  return new SsrCacheError('ERR_SSR_CACHE_RENDER', message, { cause })
}
