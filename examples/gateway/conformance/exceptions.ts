import type { Checked } from './outcome.ts'

// What the suite in this state asks, and has asked otherwise since then.
const AGE =
  'its authors turned it round since: what is no number is ignored, and of several the first counts (RFC 9111 5.1)'
const CLOSED =
  'a 502 of our own has no number of its origin, which this state takes for a stored answer; test/conformance-stale.test.ts asks for the same'
const QUOTED = 'builds upon a question: a quoted max-age, which is read as none here. By itself it holds'

// What this cache does not do.
const COOKIE = "a Set-Cookie is one visitor's: what has one is not stored (RFC 9111 7.3 leaves it to the cache)"
const PARTS = 'parts are not stored, but made of what is stored whole (RFC 9111 3.3 and 3.4 leave it to the cache)'

/**
 * Behaviours that the suite http-cache-tests 0.4.5 asks for and that do not hold here, or that it cannot tell, each with the reason. Whatever else does not hold is
 * a mistake.
 */
export const EXCEPTIONS: Readonly<Record<string, string>> = {
  'age-parse-nonnumeric': AGE,
  'age-parse-negative': AGE,
  'age-parse-float': AGE,
  'age-parse-prefix-twoline': AGE,
  'age-parse-dup-0': AGE,
  'age-parse-dup-0-twoline': AGE,
  'age-parse-dup-old': AGE,
  'age-parse-parameter': AGE,
  'age-parse-numeric-parameter': AGE,
  'freshness-max-age-ignore-quoted-all': QUOTED,
  'freshness-max-age-ignore-quoted-all-rev': QUOTED,
  'stale-close-must-revalidate': CLOSED,
  'stale-close-proxy-revalidate': CLOSED,
  'stale-close-no-cache': CLOSED,
  'stale-close-s-maxage=2': CLOSED,
  '304-etag-update-response-Content-MD5':
    'only a question by now: Content-* of a 304 is taken over, but for what the kept bytes depend on (RFC 9111 3.2)',
  '304-etag-update-response-ETag':
    'only a question by now: a 304 with another ETag is about another response, so the origin is asked again',
  'headers-store-Set-Cookie': COOKIE,
  '304-etag-update-response-Set-Cookie': COOKIE,
  'other-set-cookie': COOKIE,
  'partial-store-partial-reuse-partial': PARTS,
  'partial-store-partial-reuse-partial-byterange': PARTS,
  'partial-store-partial-reuse-partial-absent': PARTS,
  'partial-store-partial-reuse-partial-suffix': PARTS,
  'partial-store-partial-complete': PARTS,
  'method-POST': "the answer to a POST is its visitor's, and no page (RFC 9110 9.3.3 leaves it to the cache)",
  'vary-normalise-lang-select':
    'languages are compared by meaning, but not weighed against Content-Language (RFC 9111 4.1 leaves it to the cache)',
  'conditional-lm-fresh-no-lm':
    'asks for a 304 where the Date of what is stored is later than If-Modified-Since: it was modified since (RFC 9110 13.1.3)',
}

/** What is asked for, does not hold, and is no reviewed exception: a mistake. */
export function unforeseen(checked: readonly Checked[]): readonly Checked[] {
  return checked.filter(
    ({ id, kind, outcome }) => kind !== 'check' && outcome !== 'pass' && EXCEPTIONS[id] === undefined,
  )
}
