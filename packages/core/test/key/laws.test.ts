import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import {
  createKeyNormalizer,
  deviceClass,
  type Json,
  type KeyNormalizer,
  type KeyNormalizerOptions,
  type NarrowedRequest,
  type PageKey,
  pickLocale,
  type VisitorRequest,
} from '../../src/key/index.ts'
import { visitor } from './visitor.ts'

// Small alphabets, so that two requests drawn at random often mean the same page.
const names = ['a', 'b', 'c', 'ref', 'utm_x', 'fbclid']
const subset = (of: readonly string[]) => fc.uniqueArray(fc.constantFrom(...of), { maxLength: 3 })

const byLength = (value: string | undefined) => value && String(value.length)
const options: fc.Arbitrary<KeyNormalizerOptions> = fc.record({
  key: fc.record(
    {
      ignoreQuery: fc.constantFrom([], ['ref'], ['a']),
      allowQuery: fc.constantFrom(['b'], ['b', 'c', 'utm_x']),
      cookies: subset(['a', 'b', 'sid']),
      headers: fc.constantFrom<Record<string, true | ((value: string | undefined) => string | undefined)>>(
        {},
        { 'x-a': true },
        { 'X-B': true, 'x-a': byLength },
        { 'accept-language': pickLocale(['en', 'de']), 'user-agent': deviceClass() },
      ),
      passThrough: fc.constantFrom([], ['X-Pass'], ['x-pass', 'traceparent']),
    },
    { requiredKeys: [] },
  ),
  bypass: fc.constant({ cookies: [], query: [] }),
})

const part = fc
  .tuple(fc.constantFrom(...names), fc.constantFrom('', '=', '=1', '=2', '=%31', '=%2B', '=+'))
  .map((pair) => pair.join(''))
const path = fc.array(fc.constantFrom('a', '%61', 'b', '.', '..', '%2e', '', '%2F', 'A', 'a;b', 'é', '%C3%A9'), {
  maxLength: 4,
})
const target = fc
  .tuple(path, fc.array(fc.oneof(part, fc.constant('')), { maxLength: 4 }))
  .map(([segments, parts]) => `/${segments.join('/')}${parts.length === 0 ? '' : `?${parts.join('&')}`}`)
const value = fc.constantFrom('1', '2', 'de', 'de-AT,en;q=0.1', 'Mobile', '"],["x-b","1', 'a;b', '', '\ud800', '\ufffd')
const cookie = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'sid', 'z', ' a'), fc.constantFrom('1', '2', '"x"', ' 1 ', '')), {
    maxLength: 4,
  })
  .map((cookies) => cookies.map((pair) => pair.join('=')).join(';'))
const headers = fc
  .dictionary(fc.constantFrom('x-a', 'x-b', 'x-pass', 'x-z', 'accept-language', 'user-agent', 'traceparent'), value, {
    maxKeys: 4,
    noNullPrototype: true,
  })
  .chain((fields) =>
    fc.option(cookie, { nil: undefined }).map((sent) => (sent === undefined ? fields : { ...fields, cookie: sent })),
  )
const context = fc.constantFrom<Json | undefined>(
  undefined,
  undefined,
  null,
  'x',
  { a: 1, b: [2] },
  { b: [2], a: 1 },
  { a: 1 },
)
const request: fc.Arbitrary<VisitorRequest> = fc
  .record({
    method: fc.constantFrom('GET', 'HEAD'),
    scheme: fc.constantFrom('http' as const, 'https' as const),
    host: fc.constantFrom('shop.example', 'SHOP.example:443', 'shop.example:80', 'b.example'),
    target,
    headers,
    scope: fc.constantFrom('', '', '/s', 'x'),
    context,
  })
  .map(({ context: state, ...rest }) => (state === undefined ? rest : { ...rest, context: state as Json }))

/** Another request, most often one that differs in a single place. */
const pair: fc.Arbitrary<readonly [VisitorRequest, VisitorRequest]> = fc
  .tuple(request, request, fc.subarray(['method', 'scheme', 'host', 'target', 'headers', 'scope', 'context'] as const))
  .map(([one, two, taken]) => [
    one,
    { ...one, ...Object.fromEntries(taken.map((name) => [name, two[name]])) } as VisitorRequest,
  ])

function pageOf(normalizer: KeyNormalizer, of: VisitorRequest): PageKey {
  const page = normalizer.normalize(of)
  if (page.kind !== 'keyed') throw new Error(`no key: ${JSON.stringify(page)}`)
  return page
}

/** A narrowed request without the headers that pass by name. */
function covered(seen: NarrowedRequest, passing: readonly string[]): unknown {
  const kept = Object.entries(seen.headers).filter(([name]) => !passing.includes(name))
  return { ...seen, headers: Object.fromEntries(kept) }
}

const passingNames = ({ key }: KeyNormalizerOptions): readonly string[] =>
  (key?.passThrough ?? ['traceparent', 'tracestate']).map((name) => name.toLowerCase())

/** Two values that are equal have one text here, whatever order their names stand in. */
function text(of: unknown): string {
  return JSON.stringify(of, (_name, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort())
      : inner,
  )
}

/** The narrowed request, sent in again as if a visitor had sent it. */
function again({
  scheme,
  host,
  path: sent,
  query,
  headers: fields,
  scope,
  context: state,
}: NarrowedRequest): VisitorRequest {
  const rest = { scheme, host, target: query === '' ? sent : `${sent}?${query}`, headers: { ...fields }, scope }
  return visitor(state === undefined ? rest : { ...rest, context: state })
}

describe('laws of the key', () => {
  test.prop([options, pair], { numRuns: 3_000 })(
    'equal keys mean equal narrowed requests, and equal narrowed requests equal keys, but for the headers that pass by name (I3, R68, R69)',
    (given, [one, other]) => {
      const normalizer = createKeyNormalizer(given)
      const pages = [pageOf(normalizer, one), pageOf(normalizer, other)] as const
      const seen = [normalizer.narrow(pages[0], one), normalizer.narrow(pages[1], other)] as const
      const passing = passingNames(given)
      const sameKey = pages[0].full === pages[1].full
      expect(text(covered(seen[0], passing)) === text(covered(seen[1], passing))).toBe(sameKey)
    },
  )

  test.prop([options, request], { numRuns: 1_000 })(
    'normalizing what was normalized changes nothing (K1, K2)',
    (given, sent) => {
      // A bucket by length is no bucket of its own results; those that ship with the library are.
      const headers_ = Object.entries(given.key?.headers ?? {}).filter(([, how]) => how !== byLength)
      const normalizer = createKeyNormalizer({ ...given, key: { ...given.key, headers: Object.fromEntries(headers_) } })
      const page = pageOf(normalizer, sent)
      const seen = normalizer.narrow(page, sent)
      const pageAgain = pageOf(normalizer, again(seen))
      expect(pageAgain.full).toBe(page.full)
      expect(pageAgain.url.droppedQuery).toBe('')
      expect(normalizer.narrow(pageAgain, again(seen))).toEqual(seen)
    },
  )

  test.prop([options, request, fc.nat()], { numRuns: 500 })(
    'the order in which different parameters were sent does not count, and that of repeats does (K1)',
    (given, sent, seed) => {
      const normalizer = createKeyNormalizer(given)
      const [sentPath = '', query = ''] = sent.target.split('?')
      const parts = query.split('&')
      const nameOf = (of: string) => of.split('=')[0] as string
      // Turned round by a stable sort: repeats of one name stay in their order.
      const ranks = new Map([...new Set(parts.map(nameOf))].map((name, at) => [name, (at * 7 + seed) % 5]))
      const turned = [...parts].sort((a, b) => (ranks.get(nameOf(a)) as number) - (ranks.get(nameOf(b)) as number))
      const other = { ...sent, target: `${sentPath}?${turned.join('&')}` }
      expect(pageOf(normalizer, other).full).toBe(pageOf(normalizer, sent).full)
    },
  )

  test.prop([options, request, fc.constantFrom('utm_new', 'gclid', 'msclkid'), value], { numRuns: 500 })(
    'a click identifier makes no other key, and stays with its visitor (K1, R66)',
    (given, sent, name, click) => {
      const normalizer = createKeyNormalizer(given)
      const clicked = `${sent.target}${sent.target.includes('?') ? '&' : '?'}${name}=${encodeURIComponent(click.toWellFormed())}`
      const page = pageOf(normalizer, { ...sent, target: clicked })
      expect(page.full).toBe(pageOf(normalizer, sent).full)
      expect(page.url.droppedQuery).toContain(`${name}=`)
    },
  )

  test.prop([options, request], { numRuns: 500 })(
    'what goes back into a Location, or names a page, is visible ASCII (P11)',
    (given, sent) => {
      const { url, full } = pageOf(createKeyNormalizer(given), sent)
      expect(`${url.url}${url.droppedQuery}`).toMatch(/^[\x21-\x7e]+$/)
      expect(full.split('\n')[0]).toBe(url.url)
    },
  )
})
