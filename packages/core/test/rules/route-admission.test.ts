import { describe, expect, test } from 'vitest'
import { type RouteAdmission, type RouteAdmissionOptions, routeAdmission } from '../../src/rules/route-admission.ts'

const CACHE: RouteAdmission = Object.freeze({
  concurrency: 8,
  queueTimeoutMs: 10_000,
  timeoutMs: 3_000,
  crawlerTimeoutMs: 10_000,
  alwaysTimeoutMs: 60_000,
  deadlineMs: 60_000,
})

describe('how long anybody waits on a route, and how many of its renders run (O1, O6, R37)', () => {
  test('is the cache’s own object where the route says nothing: what is counted, is counted by it', () => {
    expect(routeAdmission(undefined, CACHE)).toBe(CACHE)
    expect(routeAdmission({}, CACHE)).toEqual(CACHE)
  })

  test.each<[string, RouteAdmissionOptions, Partial<RouteAdmission>, Partial<RouteAdmission>]>([
    ['fewer at once', { concurrency: 2 }, {}, { concurrency: 2 }],
    ['a shorter wait in the queue', { queueTimeoutMs: 500 }, {}, { queueTimeoutMs: 500 }],
    ['no wait at all', { timeoutMs: 0 }, {}, { timeoutMs: 0 }],
    ['no wait for crawlers', { crawlerTimeoutMs: 0 }, {}, { crawlerTimeoutMs: 0 }],
    ['crawlers that wait longer', { crawlerTimeoutMs: 30_000 }, {}, { crawlerTimeoutMs: 30_000 }],
    [
      'people who wait longer than crawlers would',
      { timeoutMs: 20_000 },
      {},
      { timeoutMs: 20_000, crawlerTimeoutMs: 20_000 },
    ],
    ['a patience of its own for what is always rendered', { alwaysTimeoutMs: 0 }, {}, { alwaysTimeoutMs: 0 }],
    [
      'a longer deadline, to which what is always rendered is waited for',
      { deadlineMs: 90_000 },
      {},
      { deadlineMs: 90_000, alwaysTimeoutMs: 90_000 },
    ],
    [
      'a longer deadline, where the cache waits less for what is always rendered',
      { deadlineMs: 90_000 },
      { alwaysTimeoutMs: 20_000 },
      { deadlineMs: 90_000 },
    ],
    [
      'a deadline that is shorter than what the cache says of crawlers, of the queue and of what is always rendered',
      { deadlineMs: 5_000 },
      { alwaysTimeoutMs: 20_000 },
      { deadlineMs: 5_000, crawlerTimeoutMs: 5_000, queueTimeoutMs: 5_000, alwaysTimeoutMs: 5_000 },
    ],
  ])('%s, and all else as the cache says', (_, route, cache, changed) => {
    expect(routeAdmission(route, { ...CACHE, ...cache })).toEqual({ ...CACHE, ...cache, ...changed })
  })
})
