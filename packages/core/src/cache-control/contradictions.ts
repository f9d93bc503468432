import { SsrCacheError } from '../errors.ts'
import type { CacheControl } from './directives.ts'

interface Contradiction {
  readonly between: string
  readonly because: string
  readonly wayOut: string
  found(said: CacheControl): boolean
}

const positive = (seconds: number | undefined): boolean => seconds !== undefined && seconds > 0
const hasLifetime = (said: CacheControl): boolean => positive(said.maxAge) || positive(said.sMaxAge)
const hasWindow = (said: CacheControl): boolean => positive(said.staleWhileRevalidate) || positive(said.staleIfError)

/** What no cache could obey in full. Lifetimes of 0 contradict nothing; `mustUnderstand` is what makes `noStore` a fallback (RFC 9111 5.2.2.3). */
const CONTRADICTIONS: readonly Contradiction[] = [
  {
    between: '"public" and "private"',
    because: 'one lets shared caches store the response, the other forbids it (RFC 9111 5.2.2.7)',
    wayOut: 'Leave one out, or give "private" the names of the fields that are personal.',
    found: (said) => said.public === true && said.private === true,
  },
  {
    between: '"noStore" and "public"',
    because: 'what nobody stores is nothing that anybody may store (RFC 9111 5.2.2.5)',
    wayOut: 'Leave one out.',
    found: (said) => said.noStore === true && said.mustUnderstand !== true && said.public === true,
  },
  {
    between: '"noStore" and a lifetime',
    because: 'what is not stored cannot be reused, fresh or stale (RFC 9111 5.2.2.5)',
    wayOut: 'Leave "noStore" out, or maxAge, sMaxAge, staleWhileRevalidate, staleIfError and immutable.',
    found: (said) =>
      said.noStore === true &&
      said.mustUnderstand !== true &&
      (hasLifetime(said) || hasWindow(said) || said.immutable === true),
  },
  {
    between: '"noCache" and a lifetime',
    because: 'a response that is never reused without asking is never fresh, and never served stale (RFC 9111 5.2.2.4)',
    wayOut: 'Leave "noCache" out, or maxAge, sMaxAge, staleWhileRevalidate, staleIfError and immutable.',
    found: (said) => said.noCache === true && (hasLifetime(said) || hasWindow(said) || said.immutable === true),
  },
  {
    between: '"private" and "sMaxAge"',
    because: 'no shared cache stores the response, so none can keep it fresh (RFC 9111 5.2.2.7)',
    wayOut: 'Leave one out; maxAge speaks to browsers.',
    found: (said) => said.private === true && positive(said.sMaxAge),
  },
  {
    between: '"mustRevalidate" and a stale window',
    because: 'what must be validated once it is stale is never served stale (RFC 9111 5.2.2.2)',
    wayOut: 'Leave "mustRevalidate" out, or staleWhileRevalidate and staleIfError.',
    found: (said) => said.mustRevalidate === true && hasWindow(said),
  },
  {
    between: '"immutable" and no lifetime',
    because: 'it promises something for as long as the response is fresh, and that is no time at all (RFC 8246 2)',
    wayOut: 'Set maxAge, such as 31536000, or leave "immutable" out.',
    found: (said) => said.immutable === true && (said.maxAge === 0 || !hasLifetime(said)),
  },
]

/**
 * Refuses directives that cannot all be obeyed.
 * @throws SsrCacheError `ERR_SSR_CACHE_CACHE_CONTROL` with the reason and the way out.
 */
export function refuseContradictions(said: CacheControl): void {
  for (const { between, because, wayOut, found } of CONTRADICTIONS) {
    if (!found(said)) continue
    throw new SsrCacheError('ERR_SSR_CACHE_CACHE_CONTROL', `${between} contradict each other: ${because}. ${wayOut}`)
  }
}
