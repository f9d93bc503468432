import { setTimeout } from 'node:timers/promises'
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { duration, milliseconds, percent, size } from '../src/command-line/figures.ts'
import { Pace } from '../src/replay/pace.ts'
import { renderCounts } from '../src/replay/render-counts.ts'
import { replayReport } from '../src/replay/replay-report.ts'
import { reportText } from '../src/replay/report-text.ts'
import { servedFrom, type Way } from '../src/replay/served-from.ts'
import { Tally } from '../src/replay/tally.ts'
import type { Visit } from '../src/replay/visit.ts'

describe('what Cache-Status says of an answer (I12)', () => {
  it.each([
    ['ssr-cache; hit; ttl=42', 'hit', undefined],
    ['ssr-cache; hit; ttl=0', 'hit', undefined],
    ['ssr-cache; hit; ttl=-3; detail=refreshing', 'stale', 'refreshing'],
    ['ssr-cache; hit; ttl=0; detail=resting', 'stale', 'resting'],
    ['ssr-cache; hit; ttl=-1', 'stale', undefined],
    ['ssr-cache; fwd=uri-miss; stored; ttl=60', 'miss', undefined],
    ['ssr-cache; fwd=stale; stored; ttl=60', 'miss', undefined],
    ['ssr-cache; fwd=miss; detail=set-cookie', 'miss', 'set-cookie'],
    ['ssr-cache; fwd=uri-miss; collapsed', 'collapsed', undefined],
    ['ssr-cache; fwd=bypass; detail=query', 'bypass', 'query'],
    ['ssr-cache; fwd=method; detail=method', 'bypass', 'method'],
    ['"origin"; hit, ssr-cache; fwd=bypass; detail="when", ExampleCDN; hit', 'bypass', 'when'],
    ['ExampleCDN; hit', 'unmarked', undefined],
    ['ssr-cache', 'unmarked', undefined],
    ['ssr-cache; hit; =', 'unmarked', undefined],
    ['', 'unmarked', undefined],
    [undefined, 'unmarked', undefined],
  ] as const)('%s is %s', (field, way, reason) => {
    expect(servedFrom(field)).toEqual({ way, ...(reason !== undefined && { reason }) })
  })

  test.prop([fc.string()])('is read without a fault, whatever it is', (field) => {
    expect(servedFrom(field).way).toBeTypeOf('string')
    expect(servedFrom(`ssr-cache; ${field}`).way).toBeTypeOf('string')
  })
})

function answers(tally: Tally, way: Way, count: number, reason?: string): void {
  for (let i = 0; i < count; i++) {
    tally.answer({ status: 200, served: { way, ...(reason && { reason }) }, bytes: 100, ms: i + 1 })
  }
}

const KNOWN = {
  log: { file: 'a.log', lines: 300, formats: { common: 300, combined: 0 }, skipped: { asset: 100 } },
  target: 'storefront',
  speed: null,
  concurrency: 8,
  interrupted: false,
  durationMs: 2_000,
  logSpanMs: 2_000,
  mostLateMs: null,
  peakMemoryBytes: 100e6,
} as const

describe('the figures of a replay', () => {
  const tally = new Tally()
  answers(tally, 'hit', 100)
  answers(tally, 'stale', 20, 'refreshing')
  answers(tally, 'miss', 50)
  answers(tally, 'collapsed', 10)
  answers(tally, 'bypass', 15, 'query')
  answers(tally, 'bypass', 4, 'method')
  answers(tally, 'unmarked', 1)
  tally.failure('ECONNRESET')

  it('are drawn from the answers where the app cannot be asked', () => {
    expect(replayReport(KNOWN, tally, undefined)).toMatchObject({
      requests: 201,
      bytes: 20_000,
      hitRatio: 0.6,
      renders: 65, // misses and bypasses, but no OPTIONS
      rendersCountedBy: 'answers',
      rendersAvoided: 130, // hits, stale and collapsed
      bypassReasons: { query: 15, method: 4 },
      staleReasons: { refreshing: 20 },
      failures: { ECONNRESET: 1 },
      culprits: null,
    })
  })

  it('count the renders that nobody waited for, where the storefront tells of them', () => {
    const reasons = { query: { count: 15, culprits: { preview: 15 } } }
    expect(replayReport(KNOWN, tally, { renders: 70, reasons })).toMatchObject({
      renders: 70,
      rendersCountedBy: 'storefront',
      rendersAvoided: 125,
      culprits: { query: { preview: 15 } },
    })
  })

  it('have the middle and the slowest hundredth of each way, to three digits', () => {
    const { hit, unmarked, stale } = replayReport(KNOWN, tally, undefined).answers
    expect(hit.count).toBe(100)
    expect(hit.p50Ms).toBeCloseTo(50, 0)
    expect(hit.p99Ms).toBeCloseTo(99, 0)
    expect(stale.p50Ms).toBeCloseTo(10, 0)
    expect(unmarked).toEqual({ count: 1, p50Ms: 1, p99Ms: 1 })
  })

  it('are numbers that JSON can hold, without one answer too', () => {
    const report = replayReport(KNOWN, new Tally(), undefined)
    expect(JSON.parse(JSON.stringify(report))).toEqual(report)
    expect(report).toMatchObject({ hitRatio: null, answers: { hit: { count: 0, p50Ms: null } } })
  })

  it('are lines for people', () => {
    const reasons = { query: { count: 15, culprits: { preview: 12, token: 3 } } }
    const text = reportText(replayReport(KNOWN, tally, { renders: 70, reasons }))
    expect(text).toContain('requests        201 in 2.0 s, 101 a second\n')
    expect(text).toContain('renders         70\n')
    expect(text).toContain('renders avoided 125 (64.1 %)\n')
    expect(text).toContain('hit ratio       60.0 %\n')
    expect(text).toContain('skipped         asset 100\n')
    expect(text).toContain('bypassed for    query 15 (preview 12, token 3), method 4\n')
    expect(text).toMatch(/^hit +100 +50\.0 % +50\.\d ms +99\.\d ms$/m)
    expect(text).not.toContain('NaN')
  })

  it('say how much longer pages lived than at the pace of the log', () => {
    const text = (logSpanMs: number) => reportText(replayReport({ ...KNOWN, logSpanMs }, tally, undefined))
    expect(text(7_200_000)).toContain(
      'log time        2 h 0 min: pages outlived 3,600 times as much of it as they would have\n',
    )
    expect(text(2_000)).not.toContain('log time')
    expect(text(0)).not.toContain('log time')
  })

  it('have a line for hit, stale and miss each, also where there was none', () => {
    const lines = reportText(replayReport(KNOWN, new Tally(), undefined)).split('\n')
    const table = lines.slice(lines.findIndex((line) => line.includes('p99')) + 1)
    expect(table.map((line) => line.split(/ {2,}/))).toEqual([
      ['hit', '0', '–', '–', '–'],
      ['stale', '0', '–', '–', '–'],
      ['miss', '0', '–', '–', '–'],
    ])
  })

  it('of the storefront’s cache are summed over its routes, and OPTIONS is no render', () => {
    const route = { answers: { hit: 5, bypass: 3 }, renders: 10 }
    const routes = {
      '/': {
        ...route,
        reasons: { method: { count: 1, culprits: { OPTIONS: 1 } }, query: { count: 2, culprits: { token: 2 } } },
      },
      '*': { ...route, reasons: { query: { count: 3, culprits: { token: 1, draft: 2 } } } },
    }
    expect(renderCounts({ routes })).toEqual({
      renders: 25,
      reasons: {
        method: { count: 1, culprits: { OPTIONS: 1 } },
        query: { count: 5, culprits: { token: 3, draft: 2 } },
      },
    })
  })
})

describe('figures for people', () => {
  it.each([
    [percent(1, 3), '33.3 %'],
    [percent(0, 0), '–'],
    [size(0), '0 bytes'],
    [size(999), '999 bytes'],
    [size(38_000_000), '38.0 MB'],
    [milliseconds(0.5), '0.50 ms'],
    [milliseconds(206.4), '206 ms'],
    [duration(3_240), '3.2 s'],
    [duration(302_000), '5 min 2 s'],
    [duration(83 * 3_600_000 + 60_000), '83 h 1 min'],
  ])('%s', (text, expected) => {
    expect(text).toBe(expected)
  })
})

describe('the pace of a replay', () => {
  const visits = async function* (...instants: readonly number[]): AsyncGenerator<Visit> {
    for (const at of instants) yield { method: 'GET', path: '/', query: '', headers: {}, at }
  }

  /** When each visit was given, in milliseconds since the first. A real clock: what is tried is that it is kept to. */
  async function given(pace: Pace, ...instants: readonly number[]): Promise<readonly number[]> {
    const times: number[] = []
    for await (const _ of pace.of(visits(...instants), new AbortController().signal)) times.push(performance.now())
    return times.map((time) => time - times[0]!)
  }

  it('is the log’s own, so many times as fast', async () => {
    const [, second = 0, third = 0] = await given(new Pace(100), 0, 5_000, 10_000)
    expect(second).toBeGreaterThan(48)
    expect(third).toBeGreaterThan(98)
  })

  it('takes a visit that the log has too late as due at once, and keeps the order', async () => {
    const pace = new Pace(100)
    const [, second = 0, third = 0, fourth = 0] = await given(pace, 60_000, 65_000, 0, 64_000)
    expect(second).toBeGreaterThan(48)
    expect(fourth).toBeGreaterThanOrEqual(third)
    expect(third).toBeGreaterThanOrEqual(second)
    expect(pace.mostLateMs).toBeLessThan(400) // it is the log that is not in order, by 600 ms
  })

  it('tells how late the latest was, where who sends them cannot keep up', async () => {
    const pace = new Pace(1_000)
    for await (const _ of pace.of(visits(0, 1, 2), new AbortController().signal)) await setTimeout(30)
    expect(pace.mostLateMs).toBeGreaterThan(50)
  })

  it('ends in the middle of a wait when it is told to', async () => {
    const controller = new AbortController()
    let count = 0
    for await (const _ of new Pace(1).of(visits(0, 3_600_000), controller.signal)) {
      count++
      controller.abort()
    }
    expect(count).toBe(1)
  })
})
