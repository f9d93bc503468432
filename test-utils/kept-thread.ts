import { EventEmitter } from 'node:events'
import { type PoolOptions, type PoolWorker, ThreadsPoolWorker, type Vite, type WorkerRequest } from 'vitest/node'

// biome-ignore lint/suspicious/noExplicitAny: as vitest declares it
type Listener = (...values: any[]) => void

/**
 * A worker thread that outlives the run that it was started for. Stryker makes one run of vitest per mutant, and nearly all of
 * its time would go into a new thread and into loading vitest, fast-check and the sources there: this is ten times faster.
 */
class KeptThread implements PoolWorker {
  readonly name = 'kept-thread'
  readonly #thread: ThreadsPoolWorker
  readonly #answers = new EventEmitter()
  #isStarted = false
  #config: unknown

  constructor(options: PoolOptions) {
    this.#thread = new ThreadsPoolWorker(options)
  }

  async start(): Promise<void> {
    if (this.#isStarted) return
    await this.#thread.start()
    this.#thread.on('message', (message) => this.#answers.emit('message', message))
  }

  send(message: WorkerRequest): void {
    if (message.type === 'start') this.#configure(message)
    else if (message.type === 'stop') this.#answer('stopped')
    else if (message.type === 'run') this.#thread.send(this.#configured(message))
    else this.#thread.send(message)
  }

  // A thread takes its settings when it starts. Those of a later run, with the names of its tests, go along with its files.
  #configure(message: Extract<WorkerRequest, { type: 'start' }>): void {
    this.#config = message.context.config
    if (this.#isStarted) {
      this.#answer('started')
      return
    }
    this.#isStarted = true
    this.#thread.send(message)
  }

  #configured(message: Extract<WorkerRequest, { type: 'run' }>): WorkerRequest {
    const context = { ...message.context, config: this.#config }
    return { ...message, context }
  }

  #answer(type: 'started' | 'stopped'): void {
    this.#answers.emit('message', { __vitest_worker_response__: true, type })
  }

  on(event: string, listener: Listener): void {
    if (event === 'message') this.#answers.on(event, listener)
    else this.#thread.on(event, listener)
  }

  off(event: string, listener: Listener): void {
    if (event === 'message') this.#answers.off(event, listener)
    else this.#thread.off(event, listener)
  }

  deserialize(message: unknown): unknown {
    return this.#thread.deserialize(message)
  }

  /** Forgets the run that has ended, and whatever it may still have to say. The thread ends with its process. */
  async stop(): Promise<void> {
    this.#answers.removeAllListeners()
  }
}

let kept: KeptThread | undefined

const poolRunner = {
  name: 'kept-thread',
  createPoolWorker(options: PoolOptions): PoolWorker {
    kept ??= new KeptThread(options)
    return kept
  },
}

/** Puts the kept thread in the place of the pool that Stryker sets. */
export const keptThread: Vite.Plugin = {
  name: 'kept-thread',
  configureVitest({ project }) {
    Object.assign(project.config, { pool: poolRunner.name, poolRunner })
  },
}
