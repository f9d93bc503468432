import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { ResourceLimits } from 'node:worker_threads'
import { consoleLogger, type Logger } from '../engine/logger.ts'
import { optionError, SsrCacheError } from '../errors.ts'
import { checkCount, checkObject, refuseUnknown } from '../option-checks.ts'
import { defined } from '../options/defined.ts'

/** Options of `workerRender`. */
export interface WorkerRenderOptions {
  /**
   * Threads that render, one page at a time in each. Renders beyond that wait for one, first come first served, and hold their places in
   * `admission.concurrency` meanwhile. Unset: one for each core but one, which is left to what is served as kept.
   * @default undefined
   */
  readonly threads?: number
  /** Milliseconds after which a thread that has nothing to do ends; one stays. Unset: all are started at once, and stay. @default undefined */
  readonly idleMs?: number
  /** Milliseconds that an aborted render has to end by itself; then its thread is ended, and another one takes its place. A thread that still loads the file goes on. @default 250 */
  readonly graceMs?: number
  /**
   * Milliseconds that any render may take, its wait for a thread included; then it is aborted. A shared render is aborted past `admission.deadlineMs`, too; this
   * is for those that nobody else ends.
   * @default 60000
   */
  readonly deadlineMs?: number
  /** Limits of one thread, as `node:worker_threads` takes them: `{ maxOldGenerationSizeMb: 256 }`. A render that exceeds them loses its thread; one that does so faster than V8 can notice may take the process along. @default {} */
  readonly resourceLimits?: ResourceLimits
  /** Options of Node for the threads, such as `['--enable-source-maps']`. @default process.execArgv */
  readonly execArgv?: readonly string[]
  /** Told of a file that cannot be loaded, of threads that end, and of renders that wait long for one. @default console, warnings and errors only */
  readonly logger?: Logger
}

/** Options with their defaults. */
export interface WorkerSettings {
  readonly threads: number
  readonly idleMs: number | undefined
  readonly graceMs: number
  readonly deadlineMs: number
  readonly resourceLimits: ResourceLimits | undefined
  readonly execArgv: readonly string[] | undefined
  readonly logger: Logger
}

const DEFAULTS: WorkerSettings = {
  threads: Math.max(1, availableParallelism() - 1),
  idleMs: undefined,
  graceMs: 250,
  deadlineMs: 60_000,
  resourceLimits: undefined,
  execArgv: undefined,
  logger: consoleLogger,
}

/** What came, looked at when the app starts. */
export function workerSettings(options: WorkerRenderOptions): WorkerSettings {
  checkObject('options', options)
  refuseUnknown('', options, Object.keys(DEFAULTS))
  const settings = { ...DEFAULTS, ...defined(options) }
  const { threads, idleMs, graceMs, deadlineMs, resourceLimits, execArgv } = settings
  checkCount('threads', threads, 1)
  if (idleMs !== undefined) checkCount('idleMs', idleMs, 0, 'milliseconds')
  checkCount('graceMs', graceMs, 0, 'milliseconds')
  checkCount('deadlineMs', deadlineMs, 1, 'milliseconds')
  if (resourceLimits !== undefined) checkObject('resourceLimits', resourceLimits)
  if (execArgv !== undefined && !isStrings(execArgv))
    throw optionError('execArgv', 'a list of strings', execArgv, "Write ['--enable-source-maps'].")
  return Object.freeze(settings)
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

/** The module that renders: a file of this machine, and there. */
export function workerFile(file: unknown): URL {
  const url = urlOf(file)
  if (url?.protocol !== 'file:')
    throw optionError('file', 'a file URL', file, "Write new URL('./render.js', import.meta.url).")
  if (existsSync(url)) return url
  throw new SsrCacheError(
    'ERR_SSR_CACHE_OPTION',
    `"file" must be a module that renders, and there is none at ${fileURLToPath(url)}. Write its path as it is when the app runs: new URL('./render.js', import.meta.url).`,
  )
}

function urlOf(file: unknown): URL | undefined {
  if (file instanceof URL) return file
  return typeof file === 'string' && URL.canParse(file) ? new URL(file) : undefined
}
