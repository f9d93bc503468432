import { deltaSeconds } from '../cache-control/delta-seconds.ts'
import { parseCacheControl } from '../cache-control/index.ts'
import { headerValue, type RequestHeaders } from '../request.ts'

/** What a visitor asks of caches (RFC 9111 5.2.1), in seconds. Heeded only where an option says so: each of them can make the app work. */
export interface RequestDirectives {
  /** At most this old. */
  readonly maxAge?: number
  /** Stale is fine, by at most this much; Infinity where no figure is given. */
  readonly maxStale?: number
  /** Fresh for at least this much longer. */
  readonly minFresh?: number
  /** Not without asking the app. */
  readonly noCache: boolean
  /** The answer is not to be stored. */
  readonly noStore: boolean
  /** From what is stored, or 504. */
  readonly onlyIfCached: boolean
}

/** Reads Cache-Control of a request, and Pragma where there is none (RFC 9111 5.2.1, 5.4). Never throws; what cannot be read asks for less reuse. */
export function requestDirectives(headers: RequestHeaders): RequestDirectives {
  const text = headerValue(headers, 'cache-control')
  const { maxAge, noCache, noStore, extensions = {} } = parseCacheControl(text)
  const maxStale = extensions['max-stale']
  const minFresh = extensions['min-fresh']
  return {
    ...(maxAge === undefined ? {} : { maxAge }),
    ...(maxStale === undefined ? {} : { maxStale: toleranceOf(maxStale) }),
    ...(minFresh === undefined ? {} : { minFresh: demandOf(minFresh) }),
    noCache: noCache !== undefined || (text === undefined && isPragmaNoCache(headers)),
    noStore: noStore === true,
    onlyIfCached: extensions['only-if-cached'] !== undefined,
  }
}

function toleranceOf(value: string | true): number {
  return value === true ? Number.POSITIVE_INFINITY : (deltaSeconds(value) ?? 0)
}

function demandOf(value: string | true): number {
  return value === true ? Number.POSITIVE_INFINITY : (deltaSeconds(value) ?? Number.POSITIVE_INFINITY)
}

function isPragmaNoCache(headers: RequestHeaders): boolean {
  return parseCacheControl(headerValue(headers, 'pragma')).noCache !== undefined
}
