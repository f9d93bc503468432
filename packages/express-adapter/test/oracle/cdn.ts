import type { Answered, Asked } from './line.ts'
import type { Site } from './site.ts'
import { header } from './visitor.ts'

/** Seconds for which a shared cache was told that it may keep an answer, may serve it stale while it asks again, and where asking fails. */
export interface Told {
  readonly maxAge: number
  readonly staleWhileRevalidate: number
  readonly staleIfError: number
}

const NOTHING: Told = { maxAge: 0, staleWhileRevalidate: 0, staleIfError: 0 }

/** What an answer tells shared caches: the CDN's own field goes before Cache-Control (RFC 9213 2.2). A word of privacy in either ends it. */
export function toldBy(answered: Answered): Told {
  const own = header(answered, 'cdn-cache-control')
  const field = own ?? header(answered, 'cache-control') ?? ''
  if (/\b(no-store|no-cache|private)\b/.test(field)) return NOTHING
  const seconds = (name: string): number | undefined => {
    const value = new RegExp(`(?:^|[ ,])${name}=(\\d+)`).exec(field)?.[1]
    return value === undefined ? undefined : Number(value)
  }
  const staleIfError = seconds('stale-if-error') ?? 0
  if (own === undefined)
    return { maxAge: seconds('s-maxage') ?? seconds('max-age') ?? 0, staleWhileRevalidate: 0, staleIfError }
  const staleWhileRevalidate = seconds('stale-while-revalidate') ?? 0
  return { maxAge: seconds('max-age') ?? 0, staleWhileRevalidate, staleIfError }
}

const KEPT_STATUSES: readonly number[] = [200, 301, 308, 404, 410]

/** What a CDN keeps, with whatever its user wants to remember of it. */
export interface Stored<T> {
  readonly answered: Answered
  readonly storedAt: number
  readonly told: Told
  readonly from: T
}

/** A shared cache in front: keyed by the URL as it was sent and by what it was told to key, it obeys lifetimes, and knows nothing else. */
export class Cdn<T> {
  readonly #site: Pick<Site<never>, 'cdnKeys' | 'sessionCookies'>
  readonly #pages = new Map<string, Stored<T>>()

  constructor(site: Pick<Site<never>, 'cdnKeys' | 'sessionCookies'>) {
    this.#site = site
  }

  /** A request as it goes on: validators are the CDN's own business. */
  forwarded(asked: Asked): Asked {
    if (this.#passes(asked)) return asked
    const { 'if-none-match': _, ...headers } = asked.headers
    return { ...asked, headers }
  }

  /** Whether it has nothing to do with a request: it bypasses on what the cache behind it has named. */
  #passes({ method, headers, target }: Asked): boolean {
    if (method !== 'GET' && method !== 'HEAD') return true
    const names = cookieNames(headers['cookie'])
    return (
      headers['authorization'] !== undefined ||
      /[?&]preview\b/.test(target) ||
      this.#site.sessionCookies.some((name) => names.includes(name))
    )
  }

  /** What it may serve at `now`; `stale` where it has to ask again behind the visitor's back. */
  find(asked: Asked, now: number): (Stored<T> & { readonly isStale: boolean }) | undefined {
    const stored = this.#passes(asked) ? undefined : this.#pages.get(this.#key(asked))
    if (stored === undefined) return undefined
    const { maxAge, staleWhileRevalidate } = stored.told
    const age = now - stored.storedAt
    if (age < maxAge * 1000) return { ...stored, isStale: false }
    return age < (maxAge + staleWhileRevalidate) * 1000 ? { ...stored, isStale: true } : undefined
  }

  store(asked: Asked, answered: Answered, storedAt: number, from: T): void {
    const told = toldBy(answered)
    if (this.#passes(asked) || asked.method !== 'GET' || !KEPT_STATUSES.includes(answered.status)) return
    if (told.maxAge + told.staleWhileRevalidate > 0)
      this.#pages.set(this.#key(asked), { answered, storedAt, told, from })
  }

  #key({ target, headers }: Asked): string {
    const { headers: names = [], cookies = [] } = this.#site.cdnKeys ?? {}
    const cookie = (name: string): string | undefined =>
      new RegExp(`(?:^|; )${name}=([^;]*)`).exec(headers['cookie'] ?? '')?.[1]
    return JSON.stringify([headers['host'], target, names.map((name) => headers[name]), cookies.map(cookie)])
  }
}

function cookieNames(field = ''): readonly string[] {
  return field.split('; ').map((pair) => pair.split('=', 1)[0] ?? '')
}
