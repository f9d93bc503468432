import { isSsrCacheError } from '../errors.ts'
import { errorStatus } from '../rules/error-status.ts'
import type { Logger } from './logger.ts'
import type { Plan } from './plan.ts'

/** Where something went wrong. */
export interface FailurePlace {
  /** Pattern of the route; `*` where none matched. */
  readonly route: string
  readonly url: string
}

/** Tells the log of failures that no code of the app hears of. A crowd that waited for one render has one failure. */
export class FailureLog {
  readonly #logger: Logger
  readonly #told = new WeakSet<object>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** Where an answer failed. An error that carries a 4xx is the app's answer, and nobody's failure. */
  tell(error: unknown, { route, url }: FailurePlace): void {
    if (errorStatus(error) < 500 || this.#isTold(error)) return
    this.#logger.error({ route, url, error }, 'the app failed to answer')
  }

  /** Where a page broke off on its way, whatever status the error carries: those who read it had another. */
  cutOff(error: unknown, { route, url }: FailurePlace): void {
    if (this.#isTold(error)) return
    this.#logger.error({ route, url, error }, 'a page broke off while it was sent; whoever read it was cut off')
  }

  /** Of a request, whose plan may not have come about. */
  tellOf(plan: Plan | undefined, error: unknown, url: string): void {
    if (plan !== undefined && plan.kind !== 'refused') plan.failed(error)
    else this.tell(error, { route: '*', url })
  }

  #isTold(error: unknown): boolean {
    if (typeof error !== 'object' || error === null) return false
    const isTold = this.#told.has(error)
    this.#told.add(error)
    return isTold
  }
}

/** Whether it was the cache that found a failure, which the app's own error handling then does not see as a rule: a render that broke off, or never ended. */
export function isOwnFinding(error: unknown): boolean {
  if (error === 'cut-off') return true
  return isSsrCacheError(error) && (error.code === 'ERR_SSR_CACHE_RENDER' || error.code === 'ERR_SSR_CACHE_DEADLINE')
}
