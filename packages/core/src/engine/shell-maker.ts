import type { Clock } from '../clock.ts'
import { optionError } from '../errors.ts'
import type { KeyNormalizer } from '../key/normalizer.ts'
import type { ShellFunction } from '../options/fallback-options.ts'
import type { FailureLog } from './failure-log.ts'
import { webRequest } from './handler.ts'
import type { Asker } from './stand-ins.ts'

/** What the app's shell function is called with, and watched by. */
export interface ShellMakerParts {
  readonly normalizer: Pick<KeyNormalizer, 'narrow'>
  readonly clock: Clock
  readonly failures: Pick<FailureLog, 'tell'>
}

// Longer than any template takes, and short beside what the visitor has waited already.
const LIMIT_MS = 1_000

/** Calls the app's shell function: whatever becomes of it, the visitor is answered. */
export class ShellMaker {
  readonly #o: ShellMakerParts

  constructor(parts: ShellMakerParts) {
    this.#o = parts
  }

  /** Its HTML; `undefined` where it failed, or took too long. */
  async made(shell: ShellFunction, { visitor, page, route }: Asker): Promise<Uint8Array | undefined> {
    const { normalizer, clock, failures } = this.#o
    const late = Promise.withResolvers<never>()
    const limit = new AbortController()
    const timer = clock.schedule(LIMIT_MS, () => {
      const error = shellError(`within ${LIMIT_MS} ms`, 'nothing')
      limit.abort(error)
      late.reject(error)
    })
    try {
      const request = webRequest(normalizer.narrow(page, visitor), undefined, limit.signal)
      return bytesOf(await Promise.race([shell(request), late.promise]))
    } catch (error) {
      const { scheme, host, path } = page.url
      // Without the query, as of all who may have come by a one-time link.
      failures.tell(error, { route: route.name, url: `${scheme}://${host}${path}` })
      return undefined
    } finally {
      clock.cancel(timer)
    }
  }
}

function bytesOf(html: unknown): Uint8Array {
  if (html instanceof Uint8Array) return html
  if (typeof html === 'string' && html !== '') return new TextEncoder().encode(html)
  throw shellError('of HTML', html)
}

function shellError(expected: string, got: unknown): Error {
  return optionError(
    'admission.fallback',
    `a function that gives text or bytes ${expected}`,
    got,
    'Give HTML that is at hand, or made from it.',
  )
}
