import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { makeEntry } from '../../src/engine/make-entry.ts'
import {
  type Instants,
  instants,
  isEnding,
  isKept,
  type Lifetimes,
  type PageState,
  pageState,
  seenAt,
  type Validity,
} from '../../src/rules/freshness.ts'

const STORED = 1_000_000
const minute: Lifetimes = { maxAge: 60, staleWhileRevalidate: 600, staleIfError: 86_400 }
const VALID: Validity = { kind: 'valid' }
const ABSENT: Validity = { kind: 'absent' }
const staleAt = (at: number): Validity => ({ kind: 'stale', at })

const lifetimes = fc.record({
  maxAge: fc.nat(1_000),
  staleWhileRevalidate: fc.nat(1_000),
  staleIfError: fc.nat(1_000),
})
const ends = fc.option(fc.integer({ min: STORED - 2_000_000, max: STORED + 3_000_000 }), { nil: undefined })
const anyLifetimes = fc
  .tuple(lifetimes, ends)
  .map(([spans, expiresAt]): Lifetimes => (expiresAt === undefined ? spans : { ...spans, expiresAt }))
const validities = fc.oneof(
  fc.constant(VALID),
  fc.constant(ABSENT),
  fc.integer({ min: STORED - 100_000, max: STORED + 3_000_000 }).map(staleAt),
)
/** On and around the instants at which something changes, and anywhere else. */
const nowFor = (times: Instants): fc.Arbitrary<number> =>
  fc.oneof(
    fc.integer({ min: STORED, max: STORED + 4_000_000 }),
    fc
      .tuple(
        fc.constantFrom(STORED, times.freshUntil, times.staleUntil, times.errorUntil, times.deleteAt),
        fc.integer({ min: -1, max: 1 }),
      )
      .map(([at, off]) => at + off),
  )
const situations = anyLifetimes.chain((spans) => {
  const times = instants(STORED, spans)
  return fc.tuple(fc.constant(times), validities, nowFor(times))
})

describe('the instants of a page (R2, R14, DESIGN §5)', () => {
  test('count from when the render finished; both stale windows count from the end of freshness (R14)', () => {
    expect(instants(STORED, minute)).toEqual({
      freshUntil: STORED + 60_000,
      staleUntil: STORED + 660_000,
      errorUntil: STORED + 86_460_000,
      deleteAt: STORED + 86_460_000,
    })
  })

  test.each([
    ['after everything', 10_000_000_000, { freshUntil: 60_000, staleUntil: 660_000, errorUntil: 86_460_000 }],
    ['inside the error window', 700_000, { freshUntil: 60_000, staleUntil: 660_000, errorUntil: 700_000 }],
    ['inside the stale window', 100_000, { freshUntil: 60_000, staleUntil: 100_000, errorUntil: 100_000 }],
    ['inside the lifetime', 30_000, { freshUntil: 30_000, staleUntil: 30_000, errorUntil: 30_000 }],
    ['the very instant', 0, { freshUntil: 0, staleUntil: 0, errorUntil: 0 }],
    ['past already', -5_000, { freshUntil: 0, staleUntil: 0, errorUntil: 0 }],
  ])('expiresAt %s caps them all (R75)', (_, end, expected) => {
    const { deleteAt, ...times } = instants(STORED, { ...minute, expiresAt: STORED + end })
    const since = Object.fromEntries(Object.entries(times).map(([name, at]) => [name, at - STORED]))
    expect(since).toEqual(expected)
    expect(deleteAt).toBe(Math.max(times.staleUntil, times.errorUntil))
  })

  property.prop([anyLifetimes])('are in order, whatever the lifetimes', (spans) => {
    const { freshUntil, staleUntil, errorUntil, deleteAt } = instants(STORED, spans)
    expect(freshUntil).toBeGreaterThanOrEqual(STORED)
    expect(staleUntil).toBeGreaterThanOrEqual(freshUntil)
    expect(errorUntil).toBeGreaterThanOrEqual(freshUntil)
    expect(deleteAt).toBe(Math.max(staleUntil, errorUntil))
  })

  test.each<[string, Lifetimes, boolean]>([
    ['a lifetime', { maxAge: 1, staleWhileRevalidate: 0, staleIfError: 0 }, true],
    ['only a stale window', { maxAge: 0, staleWhileRevalidate: 1, staleIfError: 0 }, true],
    ['only an error window', { maxAge: 0, staleWhileRevalidate: 0, staleIfError: 1 }, true],
    ['neither', { maxAge: 0, staleWhileRevalidate: 0, staleIfError: 0 }, false],
    ['an end that is past', { ...minute, expiresAt: STORED }, false],
  ])('a page with %s: kept is %5$s', (_, spans, kept) => {
    expect(isKept(STORED, instants(STORED, spans))).toBe(kept)
  })
})

describe('the state of a page at an instant (R2, S6)', () => {
  const times = instants(STORED, minute)

  test.each<[string, number, PageState]>([
    ['the instant it is stored', 0, 'fresh'],
    ['one millisecond before its lifetime ends', 59_999, 'fresh'],
    ['the end of its lifetime', 60_000, 'stale'],
    ['one millisecond before the stale window ends', 659_999, 'stale'],
    ['the end of the stale window', 660_000, 'error'],
    ['one millisecond before the error window ends', 86_459_999, 'error'],
    ['the end of the error window', 86_460_000, 'expired'],
    ['long after', 1e12, 'expired'],
  ])('at %s', (_, after, state) => {
    expect(pageState(times, VALID, STORED + after)).toBe(state)
  })

  test('from the instant at which it is to be deleted, whatever windows it names', () => {
    const cut = { ...times, deleteAt: STORED + 30_000 }
    expect(pageState(cut, VALID, STORED + 29_999)).toBe('fresh')
    expect(pageState(cut, VALID, STORED + 30_000)).toBe('expired')
  })

  test.each<[string, Lifetimes, number, PageState]>([
    [
      'a stale window longer than the error window',
      { maxAge: 1, staleWhileRevalidate: 9, staleIfError: 3 },
      5,
      'stale',
    ],
    ['no stale window', { maxAge: 1, staleWhileRevalidate: 0, staleIfError: 3 }, 1, 'error'],
    ['no window at all', { maxAge: 1, staleWhileRevalidate: 0, staleIfError: 0 }, 1, 'expired'],
    ['no lifetime', { maxAge: 0, staleWhileRevalidate: 3, staleIfError: 0 }, 0, 'stale'],
  ])('with %s', (_, spans, seconds, state) => {
    expect(pageState(instants(STORED, spans), VALID, STORED + seconds * 1000)).toBe(state)
  })

  property.prop([situations])(
    'every instant has exactly one state, and it is what the spans say',
    ([entry, validity, now]) => {
      // The same, as a Map and a loop would have it: spans laid end to end from the earlier of freshness' end and the record.
      const from = validity.kind === 'stale' ? Math.min(entry.freshUntil, validity.at) : entry.freshUntil
      const isFresh = validity.kind === 'valid' && now < entry.freshUntil
      const isGone = validity.kind === 'absent' || now >= entry.deleteAt
      const inStale = now - from < entry.staleUntil - entry.freshUntil
      const inError = now - from < entry.errorUntil - entry.freshUntil
      const expected = isGone ? 'expired' : isFresh ? 'fresh' : inStale ? 'stale' : inError ? 'error' : 'expired'
      expect(pageState(entry, validity, now)).toBe(expected)
    },
  )

  const RANK: Readonly<Record<PageState, number>> = { fresh: 0, stale: 1, error: 2, expired: 3 }

  property.prop([situations, fc.nat(1_000_000)])('a page only ever gets older', ([entry, validity, now], later) => {
    expect(RANK[pageState(entry, validity, now + later)]).toBeGreaterThanOrEqual(RANK[pageState(entry, validity, now)])
  })

  property.prop([situations])('invalidating never lengthens a life (I2, R32)', ([entry, validity, now]) => {
    expect(RANK[pageState(entry, validity, now)]).toBeGreaterThanOrEqual(RANK[pageState(entry, VALID, now)])
  })

  property.prop([situations, fc.nat(1_000_000)])(
    'an earlier record leaves less life (I2)',
    ([entry, , now], earlier) => {
      const late = pageState(entry, staleAt(entry.freshUntil - 1_000), now)
      expect(RANK[pageState(entry, staleAt(entry.freshUntil - 1_000 - earlier), now)]).toBeGreaterThanOrEqual(
        RANK[late],
      )
    },
  )

  property.prop([
    anyLifetimes,
    fc.nat(500),
    fc.constantFrom<'staleWhileRevalidate' | 'staleIfError'>('staleWhileRevalidate', 'staleIfError'),
    validities,
    fc.integer({ min: STORED, max: STORED + 4_000_000 }),
  ])(
    'widening a window never shortens a life, and never turns a hit into a miss (S13)',
    (spans, more, window, validity, now) => {
      const before = pageState(instants(STORED, spans), validity, now)
      const after = pageState(instants(STORED, { ...spans, [window]: spans[window] + more }), validity, now)
      expect(RANK[after]).toBeLessThanOrEqual(RANK[before])
    },
  )

  property.prop([anyLifetimes, fc.nat(500), fc.integer({ min: STORED, max: STORED + 4_000_000 })])(
    'a longer maxAge never shortens a life either (S13)',
    (spans, more, now) => {
      const before = pageState(instants(STORED, spans), VALID, now)
      expect(
        RANK[pageState(instants(STORED, { ...spans, maxAge: spans.maxAge + more }), VALID, now)],
      ).toBeLessThanOrEqual(RANK[before])
    },
  )

  test('an invalidated page keeps its windows, counted from the record (R32)', () => {
    const record = staleAt(STORED + 10_000)
    expect(pageState(times, record, STORED + 10_000)).toBe('stale')
    expect(pageState(times, record, STORED + 609_999)).toBe('stale')
    expect(pageState(times, record, STORED + 610_000)).toBe('error')
    expect(pageState(times, record, STORED + 86_410_000)).toBe('expired')
  })

  test('a record that comes when the page is stale already changes nothing of its windows (R32)', () => {
    const record = staleAt(STORED + 300_000)
    expect(pageState(times, record, STORED + 659_999)).toBe('stale')
    expect(pageState(times, record, STORED + 660_000)).toBe('error')
  })

  test('a purged page is gone at every instant (V12)', () => {
    for (const after of [0, 59_999, 60_000, 660_000]) expect(pageState(times, ABSENT, STORED + after)).toBe('expired')
  })
})

describe('a page from the future (S8)', () => {
  const entry = makeEntry({
    status: 200,
    fields: [],
    body: new Uint8Array(1),
    tags: [],
    build: '',
    generation: { epoch: 'e', position: 0 },
    token: 1n,
    renderStartedAt: STORED - 500,
    storedAt: STORED,
    lifetimes: minute,
  })

  test('counts from first sight, with the spans that it had', () => {
    const seen = seenAt(entry, STORED - 3_600_000)
    expect(seen.storedAt).toBe(STORED - 3_600_000)
    expect(seen.freshUntil - seen.storedAt).toBe(60_000)
    expect(seen.storedAt - seen.renderStartedAt).toBe(500)
    expect(seen.staleUntil - seen.storedAt).toBe(entry.staleUntil - entry.storedAt)
    expect(seen.errorUntil - seen.storedAt).toBe(entry.errorUntil - entry.storedAt)
    expect(pageState(seen, VALID, STORED - 3_600_000 + 60_000)).toBe('stale')
    expect(seen.origin).toBeUndefined()
  })

  test('is as old as it was, and stands in for as long, where the app’s own fields decide (RFC 9111 4.2.3, 4.2.4)', () => {
    const origin = {
      bornAt: STORED - 5_000,
      disconnectedUntil: STORED + 90_000,
      mayBeStale: true,
      isEncodable: true,
    }
    const seen = seenAt({ ...entry, origin }, STORED - 3_600_000)
    expect(seen.origin).toEqual({
      ...origin,
      bornAt: seen.storedAt - 5_000,
      disconnectedUntil: seen.storedAt + 90_000,
    })
  })

  test('is as it is at the instant at which it was stored', () => {
    expect(seenAt(entry, STORED)).toBe(entry)
  })

  property.prop([fc.integer({ min: -10_000_000, max: 10_000_000 })])('no page has a negative age', (ahead) => {
    const now = STORED + ahead
    const seen = seenAt(entry, now)
    expect(now - seen.storedAt).toBeGreaterThanOrEqual(0)
    expect(seen.deleteAt - seen.storedAt).toBe(entry.deleteAt - entry.storedAt)
    expect(seen === entry).toBe(ahead >= 0)
  })
})

describe('the last part of a lifetime (R3)', () => {
  test.each([
    [0.2, 47_999, false],
    [0.2, 48_000, true],
    [0.5, 29_999, false],
    [0.5, 30_000, true],
  ])('the last %d of a minute: %d ms after it was stored it has begun: %s', (part, after, begun) => {
    expect(isEnding({ storedAt: STORED, freshUntil: STORED + 60_000 }, part, STORED + after)).toBe(begun)
  })

  property.prop([anyLifetimes, fc.double({ min: 0, max: 0.99, noNaN: true })])(
    'once begun, it lasts',
    (spans, part) => {
      const page = { storedAt: STORED, ...instants(STORED, spans) }
      const begun = [0, 0.25, 0.5, 0.75, 1].map((share) =>
        isEnding(page, part, STORED + share * (page.freshUntil - STORED)),
      )
      expect(begun).toEqual(begun.toSorted((a, b) => Number(a) - Number(b)))
      expect(begun.at(-1)).toBe(true)
    },
  )
})
