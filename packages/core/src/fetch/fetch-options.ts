import { optionError } from '../errors.ts'
import { checkFunction, checkObject, refuseUnknown } from '../option-checks.ts'

/** Options of `cache.fetch`. */
export interface FetchOptions<Platform extends unknown[] = []> {
  /**
   * Hands work that may go on after the answer, such as a refresh, to a runtime that freezes when it has answered: as it begins, with the request that set it
   * going and what the runtime handed in beside it: `(work, request, [env, ctx]) => ctx.waitUntil(work)`. The promises never reject.
   * @default undefined (the process lives on)
   */
  readonly waitUntil?: ((work: Promise<unknown>, request: Request, platform: Platform) => void) | undefined
}

/** Wrong wiring is told when the app starts. */
export function checkFetch(handler: unknown, options: { readonly waitUntil?: unknown }): void {
  if (typeof handler !== 'function') {
    throw optionError('handler', 'a function (request) => Response', handler, 'Write cache.fetch(app.fetch).')
  }
  checkObject('options', options)
  refuseUnknown('', options, ['waitUntil'])
  const { waitUntil } = options
  if (waitUntil !== undefined) checkFunction('waitUntil', waitUntil)
}
