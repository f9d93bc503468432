import { MAX_SECONDS } from '../cache-control/delta-seconds.ts'
import { consoleLogger, type Logger } from '../engine/logger.ts'
import { optionError } from '../errors.ts'
import { checkCount, checkFunction, checkObject, checkSynchronous } from '../option-checks.ts'
import type { AdmissionOptions } from '../options/admission-options.ts'
import { defined } from '../options/defined.ts'
import type { RenderCacheOptions } from '../options/render-cache-options.ts'
import type { StrategyFunction } from '../rules/strategy.ts'
import { type MemoryStore, memoryStore } from '../store/memory-store.ts'
import { loggerOf } from './spartacus-logger.ts'
import { SPARTACUS_MAPPED, SPARTACUS_NOT_MAPPED } from './spartacus-names.ts'
import { SPARTACUS_DEFAULTS, type SpartacusOptions } from './spartacus-options.ts'
import type { SpartacusRequest } from './spartacus-request.ts'
import { spartacusResolver, strategyOf } from './spartacus-strategy.ts'
import { tellOfOthers, type Warn, warnings } from './warnings.ts'

/** As the options are read here: whatever the request is called, it is made here. */
type Given = SpartacusOptions<SpartacusRequest>

/**
 * Options of `createRenderCache` that do what these options of Spartacus' `OptimizedSsrEngine` do. What has no meaning here is told in the log, one line each with the
 * way out, and left out.
 * @throws ERR_SSR_CACHE_OPTION for a value of the wrong kind, and for times that contradict each other.
 * @example createRenderCache({ ...fromSpartacusOptions({ ...ssrOptions, documentFilePath: indexHtml }), hosts: ['shop.example'] })
 */
export function fromSpartacusOptions<Request = SpartacusRequest>(
  options: SpartacusOptions<Request>,
): RenderCacheOptions {
  checkObject('fromSpartacusOptions', options)
  const given = defined(options) as unknown as Given // it is given as much of Express' request as the key holds
  const logger = ownLogger(given)
  const warn = warnings('fromSpartacusOptions', logger ?? consoleLogger)
  tellOfOthers(given, { mapped: SPARTACUS_MAPPED, notMapped: SPARTACUS_NOT_MAPPED }, warn)
  if (given.reuseCurrentRendering === false) {
    warn(
      'reuseCurrentRendering',
      'cannot be false: whoever asks for a page that is rendered waits for it, and takes no place.',
    )
  }
  return defined({ ...lifetimes(given, warn), store: storeOf(given), admission: admissionOf(given, warn), logger })
}

const at = (name: string): string => `fromSpartacusOptions.${name}`

function ownLogger({ logger }: Given): Logger | undefined {
  if (logger === undefined || typeof logger === 'boolean') return undefined
  checkObject(at('logger'), logger)
  for (const level of ['debug', 'info', 'warn', 'error'] as const) checkFunction(at(`logger.${level}`), logger[level])
  return loggerOf(logger)
}

type Lifetimes = Pick<RenderCacheOptions, 'maxAge' | 'staleWhileRevalidate' | 'staleIfError'>

function lifetimes({ cache, ttl = 0 }: Given, warn: Warn): Lifetimes {
  checkCount(at('ttl'), ttl, 0, 'milliseconds')
  if (cache === false) {
    warn(
      'cache',
      'is false, so nothing is kept, and every page is rendered for whoever asks. Leave it out to keep pages.',
    )
    return { maxAge: 0, staleWhileRevalidate: 0, staleIfError: 0 }
  }
  if (ttl > 0) return { maxAge: Math.min(Math.max(Math.floor(ttl / 1000), 1), MAX_SECONDS) }
  if (cache === true)
    warn(
      'cache',
      'without "ttl" keeps a page until there is no room there. Here it is fresh for 60 seconds. Write ttl, or maxAge.',
    )
  return {}
}

function storeOf({
  cacheSizeMemory = SPARTACUS_DEFAULTS.cacheSizeMemory,
  cacheSize = 0,
  ssrFeatureToggles,
}: Given): MemoryStore {
  checkCount(at('cacheSizeMemory'), cacheSizeMemory, 1, 'bytes')
  checkCount(at('cacheSize'), cacheSize, 0, 'pages')
  const isByNumber = cacheSize > 0 && ssrFeatureToggles?.limitCacheByMemory !== true
  return memoryStore({ maxBytes: cacheSizeMemory, ...(isByNumber ? { maxEntries: cacheSize } : {}) })
}

function admissionOf(given: Given, warn: Warn): AdmissionOptions {
  const { concurrency = SPARTACUS_DEFAULTS.concurrency, documentFilePath } = given
  checkCount(at('concurrency'), concurrency, 1)
  const deadlineMs = timeOf(given, 'maxRenderTime', 1)
  return defined({
    concurrency,
    // As near as it may be to theirs, which heeds no cap.
    alwaysConcurrency: concurrency,
    timeoutMs: within(deadlineMs, given, 'timeout'),
    alwaysTimeoutMs: within(deadlineMs, given, 'forcedSsrTimeout'),
    deadlineMs,
    fallback: documentFilePath,
    strategy: strategyFor(given, warn),
  })
}

/** Where there is no shell, all is rendered. */
function strategyFor({ documentFilePath, renderingStrategyResolver }: Given, warn: Warn): StrategyFunction | undefined {
  if (renderingStrategyResolver !== undefined)
    checkSynchronous(at('renderingStrategyResolver'), renderingStrategyResolver)
  if (documentFilePath !== undefined) return strategyOf(renderingStrategyResolver ?? spartacusResolver)
  if (renderingStrategyResolver === undefined) return undefined
  warn(
    'renderingStrategyResolver',
    'needs a shell for what is never rendered. Write documentFilePath, such as index.csr.html.',
  )
  return undefined
}

// Timers of the platform overflow beyond this.
const LONGEST_MS = 2 ** 31 - 1

type Time = 'timeout' | 'forcedSsrTimeout' | 'maxRenderTime'

function timeOf(given: Given, name: Time, least: number): number {
  const time = given[name] ?? SPARTACUS_DEFAULTS[name]
  checkCount(at(name), time, least, 'milliseconds')
  if (time > LONGEST_MS) throw optionError(at(name), `milliseconds <= ${LONGEST_MS}`, time, `Write ${LONGEST_MS}.`)
  return time
}

/** Nobody waits for longer than a render may take: where that is said, their default gives way. */
function within(deadlineMs: number, given: Given, name: Time): number {
  const time = timeOf(given, name, 0)
  if (time <= deadlineMs) return time
  if (given[name] === undefined) return deadlineMs
  throw optionError(
    at(name),
    `at most maxRenderTime (${deadlineMs})`,
    time,
    `Write ${deadlineMs} or less, or a longer maxRenderTime.`,
  )
}
